import { z } from "zod";
import { csrfToken } from "./sign-out.ts";

export type SignInFailure = "wrong" | "rate-limited" | "network";
const answer = z.object({ url: z.string() });

/** Signs in through next-auth's credentials callback; null = done, the session's cookie is set. */
export async function signIn(username: string, password: string): Promise<SignInFailure | null> {
  try {
    const body = new URLSearchParams({ csrfToken: await csrfToken(), username, password, json: "true" });
    const response = await fetch("/api/auth/callback/credentials", { method: "POST", body });
    if (response.ok) return null;
    const parsed = answer.safeParse(await response.json());
    // next-auth says why only in the address to which it would send a form.
    const why = parsed.success ? new URL(parsed.data.url, window.location.href).searchParams.get("error") : null;
    return why === "RateLimited" ? "rate-limited" : response.status === 401 ? "wrong" : "network";
  } catch {
    return "network";
  }
}
