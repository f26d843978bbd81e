import "server-only";
import { type z } from "zod";
import { type KeplerError, Unavailable } from "#lib/platform/errors";
import { notItsProtocol } from "../http/failures.ts";
import { type HttpTarget } from "../http/target.ts";
import { type KindRef, type WatchOptions } from "./client.ts";
import { wholeLinesOf } from "./lines.ts";
import { collectionPath } from "./paths.ts";
import { bookmarkObject, objectReply, watchLine } from "./replies.ts";
import { errorOf, type Status, statusReply } from "./status.ts";
import { openStream } from "./stream.ts";

const DEFAULT_TIMEOUT_MS = 290_000;
/** A server that has not closed the watch so long after its time has been lost on the way. */
const GRACE_MS = 15_000;

/** See `Kubernetes.watch`. A line that is cut off by the end of the stream was never said: the next watch repeats it. */
export async function watch(
  target: HttpTarget,
  kind: KindRef,
  namespace: string | null,
  options: WatchOptions,
): Promise<void> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const lost = AbortSignal.timeout(timeoutMs + GRACE_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, lost]) : lost;
  const query = {
    watch: "1",
    allowWatchBookmarks: "true",
    resourceVersion: options.resourceVersion,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    timeoutSeconds: String(Math.ceil(timeoutMs / 1000)),
  };
  try {
    const body = openStream(target, { path: collectionPath(kind, namespace), query, signal });
    for await (const line of wholeLinesOf(body)) await tell(target, line, options);
  } catch (error) {
    if (options.signal?.aborted) return;
    if (!lost.aborted) throw error;
    throw new Unavailable("The watch of the cluster has gone silent.", { system: target.system, cause: error });
  }
}

async function tell(target: HttpTarget, line: string, options: WatchOptions): Promise<void> {
  const { type, object } = parsed(target, line, watchLine);
  switch (type) {
    case "BOOKMARK":
      return options.onBookmark?.(shaped(target, object, bookmarkObject).metadata.resourceVersion);
    case "ERROR":
      throw watchError(target, shaped(target, object, statusReply));
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return options.onEvent({ type, object: shaped(target, object, objectReply) });
  }
}

/** Inside a watch an error comes with status 200; 410 is the one that asks for a new list. */
function watchError(target: HttpTarget, status: Status): KeplerError {
  const known = errorOf(status);
  return (
    known ??
    new Unavailable(`The watch of the cluster ended: ${status.message}`, { system: target.system, cause: { status } })
  );
}

function parsed<T>(target: HttpTarget, line: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw notItsProtocol(target, "a watch event", cause);
  }
}

function shaped<T>(target: HttpTarget, object: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(object);
  if (!result.success) throw notItsProtocol(target, "a watch event", result.error);
  return result.data;
}
