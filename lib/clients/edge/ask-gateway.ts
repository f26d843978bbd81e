import "server-only";
import { request } from "node:http";

/** `text` is the beginning of the page. Null where nobody answered in time. */
export type GatewayAnswer = { status: number; headers: Record<string, string | undefined>; text: string };

const PATIENCE_MS = 3_000;
const READ_CHARACTERS = 200;

/**
 * One request of a visitor for `host` and `path`, sent to a gateway's own address, whatever names lead to at the moment.
 * Redirections are not followed; of a page that does not end in time, what came of it counts. Never throws.
 */
export function askGateway(
  address: { host: string; port: number },
  asked: { host: string; path: string },
  { signal }: { signal: AbortSignal },
): Promise<GatewayAnswer | null> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  return new Promise((resolve) => {
    let answer: GatewayAnswer | null = null;
    const answered = () => {
      resolve(answer);
      sent.destroy();
    };
    const sent = request({
      ...{ host: address.host, port: address.port, path: inAscii(asked.path), agent: false, signal: ends },
      headers: { host: asked.host, "user-agent": "Kepler" },
    });
    sent.on("error", answered);
    sent.on("response", (response) => {
      const headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, value?.toString()]),
      );
      const head = { status: response.statusCode ?? 0, headers, text: "" };
      answer = head;
      response.setEncoding("utf8").on("data", (piece: string) => {
        head.text += piece;
        if (head.text.length >= READ_CHARACTERS) answered();
      });
      response.on("end", answered).on("error", answered);
    });
    sent.end();
  });
}

/** A route may be written in any script; a request line may not (RFC 9112, 3.2). What is encoded already stays as it is. */
const inAscii = (path: string): string =>
  path.replace(/[^\x21-\x7e]+/gu, (text) => encodeURIComponent(text.toWellFormed()));
