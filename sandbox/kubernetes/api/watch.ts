import { type Json, objectText } from "../json.ts";
import { apiVersionOf } from "../kinds/kind.ts";
import { type KubeObject } from "../objects.ts";
import { type Change, type Store } from "../store/store.ts";
import { filterOf } from "./list.ts";
import { flagOf, numberOf, type Request, shown, type Target } from "./request.ts";
import { ApiError, expired } from "./status.ts";
import { tableOf, wantsTable } from "./table.ts";

export type WatchOptions = { store: Store; now: () => Date; bookmarkEveryMs: number };

/** How much may wait in a slow client's socket before its watch is closed (it will list and watch again). */
const SLOW_CLIENT_BYTES = 64 * 1024 * 1024;

/**
 * Streams changes as JSON lines until the client goes or `timeoutSeconds` are over. Without a resourceVersion the
 * present objects come first as ADDED. A version that is too old is answered 410 in either of the two real forms: by
 * HTTP when it is from before this server's start, as the first event of a 200 when history has since moved past it.
 */
export function watch(target: Target, request: Request, { store, now, bookmarkEveryMs }: WatchOptions): void {
  const { query, response } = request;
  const chosen = filterOf(target, query);
  const table = wantsTable(request.incoming.headers.accept);
  const since = query.get("resourceVersion") ?? "";
  if (!/^\d*$/.test(since))
    throw new ApiError(
      500,
      "",
      `resourceVersion: Invalid value: ${JSON.stringify(since)}: strconv.ParseUint: parsing ${JSON.stringify(since)}: invalid syntax`,
    );
  const initial = since === "" || since === "0" || flagOf(query, "sendInitialEvents");
  const tooOld = expired(`too old resource version: ${since} (${store.compacted})`);
  if (!initial && Number(since) < store.loaded) throw tooOld;
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  response.flushHeaders();

  const sendText = (type: string, object: string): void => {
    // Its time is over, but the connection is not closed yet.
    if (response.writableEnded) return;
    response.write(`{"type":"${type}","object":${object}}\n`);
    if (response.writableLength > SLOW_CLIENT_BYTES) response.destroy();
  };
  const send = (type: string, object: Json): void => sendText(type, JSON.stringify(object));
  const show = (type: string, object: KubeObject): void => {
    const { resourceVersion } = object.metadata;
    if (table) send(type, tableOf(target, [object], { resourceVersion }, now(), query.get("includeObject")));
    else if (target.version.view !== undefined) send(type, shown(target, object));
    else sendText(type, objectText(object));
  };
  const bookmark = (annotations?: Record<string, string>): void =>
    send("BOOKMARK", {
      kind: target.kind.kind,
      apiVersion: apiVersionOf(target.version),
      metadata: {
        resourceVersion: String(store.revision),
        creationTimestamp: null,
        ...(annotations === undefined ? {} : { annotations }),
      },
    });
  const forward = (change: Change): void => {
    if (change.kind !== target.kind) return;
    const type = seenAs(change, chosen);
    // An object that leaves the selection is shown once more as it last was within it.
    if (type !== undefined)
      show(
        type,
        type === "DELETED" && change.type !== "DELETED"
          ? {
              ...(change.before ?? change.object),
              metadata: {
                ...(change.before ?? change.object).metadata,
                resourceVersion: change.object.metadata.resourceVersion,
              },
            }
          : change.object,
      );
  };

  if (!initial && Number(since) < store.compacted) {
    send("ERROR", tooOld.toStatus());
    response.end();
    return;
  }
  if (initial) for (const object of store.list(target.kind, target.namespace).filter(chosen)) show("ADDED", object);
  if (flagOf(query, "sendInitialEvents") && flagOf(query, "allowWatchBookmarks"))
    bookmark({ "k8s.io/initial-events-end": "true" });
  if (!initial) for (const change of store.since(Number(since))) forward(change);

  const unsubscribe = store.subscribe(forward);
  const bookmarks = flagOf(query, "allowWatchBookmarks") ? setInterval(bookmark, bookmarkEveryMs) : undefined;
  const end = setTimeout(
    () => {
      if (bookmarks !== undefined) bookmark();
      response.end();
    },
    (numberOf(query, "timeoutSeconds") ?? 1800 + Math.random() * 1800) * 1000,
  );
  response.on("close", () => {
    unsubscribe();
    clearInterval(bookmarks);
    clearTimeout(end);
  });
}

/** A change as a watch with a selector sees it: objects enter and leave the selection. */
function seenAs(change: Change, chosen: (object: KubeObject) => boolean): Change["type"] | undefined {
  const now = chosen(change.object);
  const before = change.before !== undefined && chosen(change.before);
  if (change.type === "DELETED") return before || now ? "DELETED" : undefined;
  if (now) return before ? "MODIFIED" : "ADDED";
  return before ? "DELETED" : undefined;
}
