import { type NextRequest, NextResponse } from "next/server";
import { env } from "#lib/platform/env";

/**
 * The browser knows one origin; terminals are with the workers. Next carries the upgrade of a WebSocket through a rewrite,
 * and one that is decided here is decided at run time (https://nextjs.org/docs/app/api-reference/file-conventions/proxy).
 */
export function proxy({ nextUrl }: NextRequest): NextResponse {
  const { workerUrl } = env();
  if (workerUrl === null) return NextResponse.next();
  return NextResponse.rewrite(new URL(nextUrl.pathname, workerUrl));
}

export const config = { matcher: "/api/terminal/:id" };
