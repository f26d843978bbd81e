import "server-only";
import { type NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "./auth-options.ts";
import { addressOf } from "./route/read-request.ts";

type NextAuthContext = { params: Promise<{ nextauth: string[] }> };

/** next-auth's own routes (sign-in, sign-out, csrf); they guard themselves with a double-submit token. */
export const nextAuthHandler = async (request: NextRequest, context: NextAuthContext): Promise<Response> =>
  NextAuth(request, context, authOptions(addressOf(request.headers)));
