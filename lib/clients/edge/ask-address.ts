import "server-only";
import { lookup } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { type LookupFunction } from "node:net";

/** `dns`: the name is not known. `silent`: nobody answered there in time. */
export type EdgeAnswer = { status: number; error: null } | { status: null; error: "dns" | "silent" };

const PATIENCE_MS = 3_000;
const UNKNOWN_NAME = ["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA"];

/** What a visitor gets at an address, as its status alone: redirections are not followed, nothing of the page is read, no certificate is judged. Never throws. */
export function askAddress(url: string, { signal }: { signal: AbortSignal }): Promise<EdgeAnswer> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const shared = { signal: ends, agent: false, lookup: findHost, headers: { "user-agent": "Kepler" } };
    // Whose certificate is shown, and whether it is good, is looked at by itself (lib/clusters/certificate-problem.ts).
    const asked = request(url, { ...shared, rejectUnauthorized: false });
    asked.on("response", (response) => {
      resolve({ status: response.statusCode ?? 0, error: null });
      response.destroy();
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      resolve({ status: null, error: UNKNOWN_NAME.includes(error.code ?? "") ? "dns" : "silent" });
    });
    asked.end();
  });
}

/** Names below localhost mean this machine (RFC 6761, 6.3), whatever its resolver thinks of them. */
const findHost: LookupFunction = (host, options, done) =>
  lookup(host.endsWith(".localhost") ? "localhost" : host, options, done);
