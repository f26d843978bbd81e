import "server-only";
import { type KeplerError } from "#lib/platform/errors";

/** `fetch` as the clients use it; tests and proxies pass their own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One outside system as HTTP sees it. */
export type HttpTarget = {
  /** Key of its errors: "gitlab". */
  system: string;
  /** Its name in sentences: "GitLab". */
  name: string;
  /** With or without a slash at the end; paths are appended. */
  baseUrl: string;
  /** Sent with each request, and never to another origin: credentials live here. */
  headers: Record<string, string>;
  /** What must not show up in a sentence, even if the system repeats it. */
  secrets: string[];
  fetch: Fetch;
  /** Knows a failure better than its status alone tells; null leaves it to the common table. */
  explain?: (reply: HttpReply) => KeplerError | null;
  /** Spreads the retries of many callers; a number in [0, 1). */
  random: () => number;
};

/** An answer read to its end. */
export type HttpReply = { status: number; headers: Headers; bytes: Uint8Array; text: string };

export const withoutTrailingSlash = (url: string): string => url.replace(/\/+$/, "");

export const basicAuthorization = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
