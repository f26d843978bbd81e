import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { db } from "#lib/platform/db";
import { type Actor } from "./actor.ts";
import { SIGN_IN_PAGE } from "./auth-options.ts";
import { authenticate } from "./authenticate.ts";

/** Who is looking at this page; null when nobody is signed in. Asked once a request. */
export const currentActor = cache(async (): Promise<Actor | null> => authenticate(db(), await headers(), new Date()));

/** The same for pages that need somebody: others are sent to sign in and come back to `path`. */
export async function requireActor(path = "/"): Promise<Actor> {
  const actor = await currentActor();
  if (actor === null) redirect(`${SIGN_IN_PAGE}?callbackUrl=${encodeURIComponent(path)}`);
  return actor;
}
