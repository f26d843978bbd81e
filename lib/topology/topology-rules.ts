import { configRefs } from "#lib/apps/spec/config-schema";
import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type CallFigures, together } from "#lib/metrics/call-rules";
import { addressesOf, isOpenable } from "#lib/releases/domains/host-rules";
import { stateOfCalls } from "./calls-rules.ts";
import { type TopologyColumn, type TopologyNode, type TopologyView } from "./schema.ts";

export type Callee = CallFigures & { service: string; isOurs: boolean };
/** Calls of the last minutes, as Prometheus has them. */
export type Calls = {
  /** Through the gateway, to what runs and to the canary beside it. */
  stable: CallFigures | null;
  canary: CallFigures | null;
  /** Into its pods, as their own proxies counted. */
  inMesh: CallFigures | null;
  callees: readonly Callee[];
};
export const NO_CALLS: Calls = { stable: null, canary: null, inMesh: null, callees: [] };
/** A release that gets a share of the requests, in percent, as a canary. */
export type Trial = { number: number; weight: number };
type SeenPod = {
  name: string;
  status: string;
  ready: boolean;
  meshProxy: string | null;
  /** "canary" where it is of one. */
  track: string | null;
  createdAt: Date;
};

/** Rows of the database, and what Prometheus says of calls (null = could not be asked). */
export type TopologyFacts = {
  app: { name: string };
  domain: string;
  release: { number: number; endedAt: Date | null; spec: AppSpec } | null;
  pods: readonly SeenPod[];
  hasWorkload: boolean;
  /** Null = not asked yet. */
  cluster: "up" | "down" | null;
  /** When its pods were. */
  seenAt: Date | null;
  calls: Calls | null;
  trial: Trial | null;
  now: Date;
};

const MOST_ROUTES = 4;
const MOST_PODS = 5;
const MOST_USED = 6;

/** A service as what lies between its visitors and what it uses, in the order of a request. */
export function topologyOf(facts: TopologyFacts): TopologyView {
  const { release, cluster, seenAt, calls } = facts;
  const columns = release === null ? [] : columnsOf(facts, release);
  return {
    columns: columns.filter(({ nodes }) => nodes.length > 0),
    release: release?.number ?? null,
    seenAt: seenAt?.toISOString() ?? null,
    isReachable: cluster !== "down",
    knowsCalls: calls !== null,
  };
}

type Release = NonNullable<TopologyFacts["release"]>;
type Standing = Pick<TopologyNode, "state" | "at">;

function columnsOf(facts: TopologyFacts, release: Release): TopologyColumn[] {
  const { app, domain, pods, hasWorkload, cluster, trial } = facts;
  const { spec, endedAt } = release;
  const calls = facts.calls ?? NO_CALLS;
  const away = cluster !== "up";
  // What is not watched by itself stands as its release was verified: gone with its workload, unknown with its cluster.
  const asReleased: Standing = { state: away ? "unknown" : hasWorkload ? "applied" : "gone", at: iso(endedAt) };
  const called = (by: CallFigures | null) => (by ? howCalled(by, facts.now) : asReleased);
  const all = together([calls.stable, calls.canary].filter((each) => each !== null));
  const podNodes = podsByTrouble(pods).map((pod) => ({ ...podNode(pod, away), subset: trial && subsetOf(pod) }));
  return [
    shown("edge", spec.exposure ? [node("edge", carrierOf(spec.exposure), called(all))] : [], 1),
    shown("routes", routesOf(app, spec, domain, asReleased), MOST_ROUTES),
    shown("mesh", spec.meshMode === "mesh" ? [{ ...meshOf(pods, away, asReleased.at), calls: calls.inMesh }] : [], 1),
    shown("subsets", trial ? subsetsOf(trial, release.number, calls, called) : [], 2),
    shown("pods", podNodes, MOST_PODS),
    shown("uses", [...ownOf(spec, asReleased), ...outsideOf(spec, calls.callees, called)], MOST_USED),
  ];
}

type Called = (by: CallFigures | null) => Standing & Partial<TopologyNode>;

const routesOf = (app: { name: string }, spec: AppSpec, domain: string, asReleased: Standing): TopologyNode[] =>
  spec.exposure
    ? addressesOf(spec, domain).map((url) =>
        node("route", withoutScheme(url), { ...asReleased, url: isOpenable(url) ? url : null }),
      )
    : spec.ports.map(({ port }) => node("internal", `${app.name}:${port}`, asReleased));

const subsetsOf = (trial: Trial, current: number, { stable, canary }: Calls, called: Called): TopologyNode[] => [
  node("subset", String(current), { ...called(stable), subset: "stable", share: 100 - trial.weight }),
  node("subset", String(trial.number), { ...called(canary), subset: "canary", share: trial.weight }),
];

const ownOf = (spec: AppSpec, asReleased: Standing): TopologyNode[] => [
  ...configRefs(spec.config).map(({ kind, name, version }) => node(kind, `${name} v${version}`, asReleased)),
  ...(spec.files.length > 0 ? [node("files", String(spec.files.length), asReleased)] : []),
  ...spec.volumes.map((volume) => node("volume", volume.type === "claim" ? volume.claimName : volume.name, asReleased)),
];

/** What it calls: hosts outside that it declares, called or not, and whatever else it was seen to call. */
function outsideOf(spec: AppSpec, callees: readonly Callee[], called: Called): TopologyNode[] {
  const declared = spec.egress?.hosts.map(({ name }) => name) ?? [];
  return [
    ...declared.map((name) => node("external", name, called(callees.find(({ service }) => service === name) ?? null))),
    ...callees
      .filter(({ service }) => !declared.includes(service))
      .map((each) => node("callee", each.service, { ...called(each), isOurs: each.isOurs })),
  ];
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
const withoutScheme = (url: string): string => url.replace(/^https?:\/\//, "").replace(/\/$/, "");

const node = (
  kind: TopologyNode["kind"],
  name: string,
  facts: Pick<TopologyNode, "state" | "at"> & Partial<TopologyNode>,
): TopologyNode => ({
  ...{ id: `${kind} ${name}`, kind, name, status: null, proxies: null, url: null, isOurs: false },
  ...{ calls: null, subset: null, share: null },
  ...facts,
});

const shown = (key: TopologyColumn["key"], nodes: TopologyNode[], most: number): TopologyColumn => ({
  key,
  nodes: nodes.slice(0, most),
  hidden: Math.max(0, nodes.length - most),
});

/** A canary's last; of each subset those that do not serve first: of many pods, they are the ones to be seen. */
const podsByTrouble = (pods: readonly SeenPod[]): SeenPod[] =>
  [...pods].sort(
    (a, b) =>
      Number(subsetOf(a) === "canary") - Number(subsetOf(b) === "canary") ||
      Number(a.ready) - Number(b.ready) ||
      a.name.localeCompare(b.name, "en", { numeric: true }),
  );

const TROUBLE = /BackOff|Err|Error|OOMKilled|Invalid|Unknown|Evicted/;

function podNode({ name, status, ready, createdAt }: SeenPod, away: boolean): TopologyNode {
  const state = away ? "unknown" : ready ? "ok" : TROUBLE.test(status) ? "fail" : "working";
  return node("pod", name, { state, at: iso(createdAt), status });
}

function meshOf(pods: readonly SeenPod[], away: boolean, at: string | null): TopologyNode {
  const ready = pods.filter(({ meshProxy }) => meshProxy !== null).length;
  const state = away ? "unknown" : ready === pods.length ? "ok" : ready === 0 ? "fail" : "warn";
  return node("mesh", "Istio", { state, at, proxies: { ready, pods: pods.length } });
}

const subsetOf = ({ track }: SeenPod): "stable" | "canary" => (track === "canary" ? "canary" : "stable");

const howCalled = ({ perSecond, errorShare, p95Ms }: CallFigures, now: Date) => ({
  ...{ state: stateOfCalls(errorShare), at: iso(now), calls: { perSecond, errorShare, p95Ms } },
});
