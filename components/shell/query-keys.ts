import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";

/**
 * Names of everything that React Query holds, so that one event stream can say what is out of date.
 * A query about one app also carries `meta: { appId }`: events of other apps then leave it alone.
 */
export const queryKeys = {
  me: () => ["me"],
  teams: () => ["teams"],
  environments: () => ["environments"],
  systems: () => ["systems"],
  drafts: () => ["drafts"],
  overview: (team: string | null) => ["overview", team],
  inFlight: () => ["in-flight"],
  apps: (filter: object) => ["apps", filter],
  /** With the id, because a name that was given up may be another service's by now. */
  app: (app: string, ...id: string[]) => ["app", app, ...id],
  builds: (app: string, filter: object = {}) => ["builds", app, filter],
  build: (buildId: string) => ["build", buildId],
  releases: (app: string, filter: object = {}) => ["releases", app, filter],
  gateways: (environment: string, filter: object) => ["gateways", environment, filter],
  domains: (environment: string) => ["domains", environment],
  gatewayMove: (environment: string, to: string) => ["gateway-move", environment, to],
  bulk: (id: string) => ["bulk", id],
  bulkPreview: (environment: string, meshMode: string | null, apps: string[]) => [
    "bulk-preview",
    environment,
    meshMode,
    apps,
  ],
  leases: (app: string) => ["leases", app],
  heldCommits: (app: string) => ["held-commits", app],
  release: (releaseId: string) => ["release", releaseId],
  retirements: (filter: object) => ["retirements", filter],
  retirement: (retirementId: string) => ["retirement", retirementId],
  releasePreview: (app: string, intent: object) => ["release-preview", app, intent],
  settings: (app: string, ...environment: string[]) => ["settings", app, ...environment],
  config: (app: string, ...place: (string | object)[]) => ["config", app, ...place],
  topology: (app: string, environment: string) => ["topology", app, environment],
  calls: (environmentId: string) => ["calls", environmentId],
  metrics: (app: string, environment: string, wanted: object) => ["metrics", app, environment, wanted],
  utilization: (environmentId: string, apps: string) => ["utilization", environmentId, apps],
  requestRates: (environmentId: string, apps: string) => ["request-rates", environmentId, apps],
  usage: (app: string, environment: string) => ["usage", app, environment],
  pods: (app: string, environment: string) => ["pods", app, environment],
  drift: (app: string, environment: string | undefined, seen: unknown[]) => ["drift", app, environment, seen],
  diagnosis: (app: string, environment: string, seen: unknown[]) => ["diagnosis", app, environment, seen],
  terminals: (app: string, filter: object = {}) => ["terminals", app, filter],
  pinnedLogs: (app: string, filter: object = {}) => ["pinned-logs", app, filter],
  kubernetesEvents: (app: string, environment: string) => ["kubernetes-events", app, environment],
} as const satisfies Record<string, (...parts: never[]) => QueryKey>;

/** What GET /api/events says: something of this kind changed; never what it changed to. */
export type EventPointer = { kind: string; subjectId: string; appId: string | null };

/** One message of the stream; null for what is not a pointer. By hand: this is in the first load of every page. */
export function readPointer(data: string): EventPointer | null {
  const value: unknown = JSON.parse(data);
  if (typeof value !== "object" || value === null) return null;
  const { kind, subjectId, appId = null }: { kind?: unknown; subjectId?: unknown; appId?: unknown } = value;
  if (typeof kind !== "string" || typeof subjectId !== "string") return null;
  return { kind, subjectId, appId: typeof appId === "string" ? appId : null };
}

/** The roots that an event of each kind makes stale. `build-log` has its own stream and stales nothing. */
const STALED_BY: Record<string, readonly string[]> = {
  app: ["apps", "app", "held-commits", "overview", "in-flight"],
  build: ["builds", "build", "apps", "app", "overview", "in-flight"],
  release: [
    "releases",
    "release",
    "held-commits",
    "leases",
    "bulk",
    "gateways",
    "gateway-move",
    "domains",
    "apps",
    "app",
    "pods",
    "settings",
    "metrics",
    "topology",
    "overview",
    "in-flight",
  ],
  // Not "app": the page of a service that has just gone would only ask for what is not there any more.
  retirement: ["retirements", "retirement", "apps", "overview", "in-flight"],
  pods: ["pods", "topology", "release"],
  // Whether a service is well is told by what makes its pods, not by each of them: lists are left alone by the rest.
  workloads: ["topology", "release", "apps", "app"],
  "kubernetes-events": ["kubernetes-events"],
  // Whether a cluster answers, and what it lets us see, is part of how everything on it stands.
  system: ["systems", "apps", "app", "pods", "kubernetes-events", "topology", "overview"],
  draft: ["drafts", "overview"],
  terminal: ["terminals"],
  config: ["config"],
};
/** Queries of one thing by its own id: only that thing's events matter. */
const BY_ID: Record<string, string> = { build: "build", release: "release", retirement: "retirement" };

/** Does this event make this query's data old? */
export function isStaledBy(pointer: EventPointer, key: QueryKey, meta: Record<string, unknown> | undefined): boolean {
  const [root, subject] = key;
  if (typeof root !== "string" || !STALED_BY[pointer.kind]?.includes(root)) return false;
  if (BY_ID[root] === pointer.kind) return subject === pointer.subjectId;
  return meta?.appId === undefined || !pointer.appId || meta.appId === pointer.appId;
}

/** About one app, and more work to tell than the change itself, or of less haste. */
const AROUND: readonly string[] = ["topology", "kubernetes-events", "metrics"];

/** "own": one app or thing itself. "around": what stands around it. "shared": lists over many, which any of many events makes old. */
export type Reach = "own" | "around" | "shared";
function reachOf({ queryKey: [root], meta }: Asked): Reach {
  if (AROUND.includes(String(root))) return "around";
  return meta?.appId !== undefined || Object.values(BY_ID).includes(String(root)) ? "own" : "shared";
}

/** What has changed is read before what sums it up; by so much at most, since nothing waits for an answer that does not come. */
const HEAD_START_MS = 50;

/** Marks what these events are about as out of date; what is on screen is read again, once, however many they are. */
export async function invalidate(client: QueryClient, pointers: EventPointer[], reach: Reach): Promise<void> {
  const isStale = (query: Asked) =>
    reachOf(query) === reach && pointers.some((pointer) => isStaledBy(pointer, query.queryKey, query.meta));
  const isItself = (query: Asked) => isStale(query) && pointers.some(({ kind }) => kind === query.queryKey[0]);
  const headStart = new Promise((over) => setTimeout(over, HEAD_START_MS));
  await Promise.race([readAgain(client, isItself), headStart]);
  await readAgain(client, (query) => isStale(query) && !isItself(query));
}

type Asked = Pick<Query, "queryKey" | "meta">;

/** An answer that was already on its way may be older than the event, so whatever was being read is read once more. */
async function readAgain(client: QueryClient, isStale: (query: Asked) => boolean): Promise<void> {
  const onTheirWay = new Set(client.getQueryCache().findAll({ predicate: isStale, fetchStatus: "fetching" }));
  await client.invalidateQueries({ predicate: isStale }, { cancelRefetch: false });
  if (onTheirWay.size === 0) return;
  await client.invalidateQueries({ predicate: (query) => onTheirWay.has(query) }, { cancelRefetch: false });
}
