import { type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { type Body } from "./attempt.ts";
import { type Headers } from "./headers.ts";
import { type Plan } from "./plan.ts";

/** A body up to here is kept for a retry or a mirror (Envoy's buffer limit); a longer one is sent once, as it comes. */
const BUFFER_BYTES = 1024 * 1024;

/** The request's body: as it comes, or whole where the plan may have to send it again. */
export async function bodyOf(incoming: IncomingMessage, plan: Plan): Promise<Body> {
  const { "content-length": length = "0", "transfer-encoding": encoding } = incoming.headers;
  if (encoding === undefined && Number(length) === 0) return undefined;
  if (!mayRepeat(plan)) return incoming;
  const chunks: Buffer[] = [];
  let size = 0;
  const rest = incoming.iterator({ destroyOnReturn: false });
  for await (const chunk of rest) {
    chunks.push(Buffer.from(chunk));
    size += chunks.at(-1)?.length ?? 0;
    if (size > BUFFER_BYTES) return Readable.from(both(chunks, incoming));
  }
  return Buffer.concat(chunks);
}

async function* both(first: Buffer[], rest: Readable): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}

const mayRepeat = ({ mirrors, retry }: Plan): boolean =>
  mirrors.length > 0 ||
  (retry.attempts > 0 && retry.on.some((each) => /^(5xx|gateway-error|reset|retriable-4xx|\d+)$/.test(each)));

/** How the body's end is told to the pod: by the length that the visitor gave, or in chunks. */
export function framing(body: Body, { "content-length": length }: Headers): Headers {
  if (body === undefined) return {};
  if (Buffer.isBuffer(body)) return { "content-length": String(body.length) };
  return length === undefined ? { "transfer-encoding": "chunked" } : {};
}
