import "server-only";
import { request } from "node:http";

/** `text` is the beginning of the page. Null where nobody answered in time. */
export type GatewayAnswer = { status: number; headers: Record<string, string | undefined>; text: string; ms: number };

const PATIENCE_MS = 3_000;
const READ_CHARACTERS = 200;

/**
 * One request of a visitor for `host` and `path`, sent to a gateway's own address, whatever names lead to at the moment.
 * Redirections are not followed. Never throws.
 */
export function askGateway(
  address: { host: string; port: number },
  asked: { host: string; path: string },
  { signal }: { signal: AbortSignal },
): Promise<GatewayAnswer | null> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const from = performance.now();
  return new Promise((resolve) => {
    const sent = request({
      ...{ host: address.host, port: address.port, path: asked.path, agent: false, signal: ends },
      headers: { host: asked.host, "user-agent": "Kepler" },
    });
    sent.on("error", () => resolve(null));
    sent.on("response", (response) => {
      let text = "";
      const headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, value?.toString()]),
      );
      const answered = () => {
        resolve({ status: response.statusCode ?? 0, headers, text, ms: Math.round(performance.now() - from) });
        response.destroy();
      };
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        if (text.length >= READ_CHARACTERS) answered();
      });
      response.on("end", answered).on("error", answered);
    });
    sent.end();
  });
}
