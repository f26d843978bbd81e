import { z } from "zod";

const csrf = z.object({ csrfToken: z.string() });

/** Asks next-auth for the token that its forms must carry (double submit cookie). */
export async function csrfToken(): Promise<string> {
  const response = await fetch("/api/auth/csrf");
  return csrf.parse(await response.json()).csrfToken;
}

/** Ends the session in the database too, then shows the sign-in page. */
export async function signOut(): Promise<void> {
  const body = new URLSearchParams({ csrfToken: await csrfToken(), json: "true" });
  await fetch("/api/auth/signout", { method: "POST", body });
  window.location.assign("/sign-in");
}
