import "server-only";
import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";

/** `text` is the beginning of the page. Null where nobody answered in time. */
export type GatewayAnswer = { status: number; headers: Record<string, string | undefined>; text: string };

const PATIENCE_MS = 3_000;
const READ_CHARACTERS = 200;

/**
 * One request of a visitor for `host` and `path`, sent to a gateway's own address, whatever names lead to at the moment.
 * `secure` with TLS, by the name of the host; whose certificate is shown is not asked. Redirections are not followed; of a page that does not end in time, what came of it counts. Never throws.
 */
export function askGateway(
  address: { host: string; port: number; tlsPort: number },
  asked: { host: string; path: string; secure: boolean },
  { signal }: { signal: AbortSignal },
): Promise<GatewayAnswer | null> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  return new Promise((resolve) => {
    let answer: GatewayAnswer | null = null;
    const answered = () => {
      resolve(answer);
      sent.destroy();
    };
    const wanted = {
      ...{ host: address.host, path: inAscii(asked.path), agent: false, signal: ends },
      headers: { host: asked.host, "user-agent": "Kepler" },
    };
    const sent = asked.secure
      ? requestSecure({ ...wanted, port: address.tlsPort, servername: asked.host, rejectUnauthorized: false })
      : requestPlain({ ...wanted, port: address.port });
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
