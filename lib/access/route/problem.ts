import "server-only";
import { type ZodError } from "zod";
import { type ErrorCode, Invalid, KeplerError, type PublicError, toPublicError } from "#lib/platform/errors";
import { chooseLocale, LOCALE_COOKIE, type Locale } from "#lib/platform/i18n/locales";
import { withSentences, wrongFields } from "./field-sentences.ts";

const STATUS: Record<ErrorCode, number> = {
  "not-found": 404,
  conflict: 409,
  denied: 403,
  "rate-limited": 429,
  unavailable: 503,
  invalid: 422,
};

/** Nobody is signed in, or no longer; a client stops asking (and does not retry). */
export class Unauthenticated extends Error {}
/** More than a request may hold (RFC 9110, 15.5.14). */
export class TooLarge extends Error {}

type Problem = { status: number; error: PublicError; retryAfterMs?: number };

/** The one map from what was thrown to what is answered. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Unauthenticated) {
    return { status: 401, error: { code: "denied", message: "Sign in first.", system: "kepler" } };
  }
  if (thrown instanceof TooLarge) {
    return { status: 413, error: { code: "invalid", message: thrown.message, system: "kepler" } };
  }
  if (thrown instanceof KeplerError) {
    // "Denied" by GitLab means that Kepler's own token was refused: that is not the person's doing.
    const status = thrown.code === "denied" && thrown.system !== "kepler" ? 502 : STATUS[thrown.code];
    return { status, error: thrown.toPublic(), retryAfterMs: thrown.retryAfterMs };
  }
  return { status: 500, error: toPublicError(thrown) };
}

/** `{ error: { code, message, fields?: [{ path, message, sentence }], requestId, system, next? } }`. */
export function problemResponse({ status, error, retryAfterMs }: Problem, requestId: string, locale: Locale): Response {
  const headers = new Headers({ "x-request-id": requestId, "cache-control": "no-store" });
  if (retryAfterMs !== undefined) headers.set("retry-after", String(Math.ceil(retryAfterMs / 1000)));
  if (status === 401) headers.set("www-authenticate", 'Bearer realm="kepler"');
  const fields = error.fields && withSentences(error, locale);
  return Response.json({ error: { ...error, fields, requestId } }, { status, headers });
}

/** The language of whoever asks: what they chose in the console, else what their program says that they read. */
export function localeOf(headers: Headers): Locale {
  const chosen = new RegExp(`(?:^|;\\s*)${LOCALE_COOKIE}=([a-z]+)`).exec(headers.get("cookie") ?? "")?.[1];
  return chooseLocale(chosen, headers.get("accept-language"));
}

/** Field errors with the paths of the form ("ports.0.port"). */
export const invalidInput = (error: ZodError, locale: Locale): Invalid =>
  new Invalid("Some values are not accepted.", { fields: wrongFields(error, locale), cause: error });
