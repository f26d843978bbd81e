import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { APP_LABEL, MANAGED_BY, MANAGED_SELECTOR, RELEASE_LABEL } from "#lib/clusters/label-rules";

export type Pod = {
  metadata: { name: string; resourceVersion: string; [field: string]: unknown };
  [field: string]: unknown;
};
/** How one watch of pods ends: as servers and proxies end them, broken off, or with a version that is too old. */
export const ENDINGS = ["end", "reset", "expired", "refused"] as const;
type Ending = (typeof ENDINGS)[number];

type Options = {
  appId: string;
  pods: number;
  /** Events of each watch before it ends. */
  eventsPerWatch: number;
  endingOf(watch: number): Ending;
};

/**
 * An API server of one restless namespace, over real HTTP: each watch of its pods brings its events as fast as they are
 * read and then ends in some way; lists come in pages. Other kinds are empty and quiet.
 */
export async function startRestlessCluster({ appId, pods: count, eventsPerWatch, endingOf }: Options) {
  const pods = new Map<string, Pod>();
  let version = 1;
  let watches = 0;
  let events = 0;
  let lists = 0;
  const make = (index: number, restarts: number): Pod => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `pod-${index}`,
      namespace: "restless",
      uid: `uid-${index}`,
      resourceVersion: String(++version),
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { ...MANAGED_BY, [APP_LABEL]: appId, [RELEASE_LABEL]: "1" },
    },
    spec: { containers: [{ name: "app" }] },
    status: {
      phase: "Running",
      containerStatuses: [{ name: "app", ready: true, restartCount: restarts, image: "a:1" }],
    },
  });
  for (let i = 0; i < count; i++) pods.set(`pod-${i}`, make(i, 0));

  /** One thing that happens: mostly a restart; a pod comes or goes now and then. */
  const happen = (): string => {
    events += 1;
    const index = (events * 7919) % count;
    const name = `pod-${index}`;
    const there = pods.get(name);
    if (there && events % 13 === 0) {
      pods.delete(name);
      there.metadata.resourceVersion = String(++version);
      return line("DELETED", there);
    }
    const pod = make(index, events);
    pods.set(name, pod);
    return line(there ? "MODIFIED" : "ADDED", pod);
  };
  const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
  const expired = { kind: "Status", status: "Failure", reason: "Expired", message: "too old", code: 410 };

  const watchPods = async (response: ServerResponse): Promise<void> => {
    const ending = endingOf(watches++);
    if (ending === "refused") {
      response.writeHead(410, { "content-type": "application/json" });
      response.end(JSON.stringify(expired));
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    for (let i = 0; i < eventsPerWatch && !response.destroyed; i++) {
      if (!response.write(happen())) await once(response, "drain").catch(() => undefined);
    }
    if (ending === "end") response.end();
    else if (ending === "expired") response.end(line("ERROR", expired));
    else response.destroy();
  };

  const list = (query: URLSearchParams, items: Pod[]): object => {
    lists += 1;
    const from = Number(query.get("continue") ?? 0);
    const limit = Number(query.get("limit") ?? items.length);
    const next = from + limit < items.length ? String(from + limit) : "";
    return { metadata: { resourceVersion: String(version), continue: next }, items: items.slice(from, from + limit) };
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://cluster");
    const isPods = pathname === "/api/v1/pods" && searchParams.get("labelSelector") === MANAGED_SELECTOR;
    if (searchParams.get("watch") === "1") {
      if (isPods) void watchPods(response);
      else response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    if (request.method === "POST") return void response.end(JSON.stringify({ status: { allowed: true } }));
    response.end(JSON.stringify(list(searchParams, isPods ? [...pods.values()] : [])));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    pods: () => [...pods.values()],
    events: () => events,
    lists: () => lists,
    connections: () =>
      new Promise<number>((resolve, reject) =>
        server.getConnections((error, open) => (error ? reject(error) : resolve(open))),
      ),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
