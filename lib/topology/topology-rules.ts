import { configRefs } from "#lib/apps/spec/config-schema";
import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { addressesOf, isOpenable } from "#lib/releases/domains/host-rules";
import { stateOfCalls } from "./calls-rules.ts";
import { type TopologyColumn, type TopologyNode, type TopologyView } from "./schema.ts";

export type Callee = { service: string; perSecond: number; errorShare: number; isOurs: boolean };
type SeenPod = { name: string; status: string; ready: boolean; meshProxy: string | null; createdAt: Date };

/** Rows of the database, and what Istio's metrics say of calls (null = could not be asked). */
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
  callees: readonly Callee[] | null;
  now: Date;
};

const MOST_ROUTES = 4;
const MOST_PODS = 5;
const MOST_USED = 6;

/** A service as what lies between its visitors and what it uses, in the order of a request. */
export function topologyOf(facts: TopologyFacts): TopologyView {
  const { release, cluster, seenAt, callees } = facts;
  const columns = release === null ? [] : columnsOf(facts, release);
  return {
    columns: columns.filter(({ nodes }) => nodes.length > 0),
    release: release?.number ?? null,
    seenAt: seenAt?.toISOString() ?? null,
    isReachable: cluster !== "down",
    knowsCallees: callees !== null,
  };
}

function columnsOf(facts: TopologyFacts, { spec, endedAt }: NonNullable<TopologyFacts["release"]>): TopologyColumn[] {
  const { app, domain, pods, hasWorkload, cluster, callees, now } = facts;
  const away = cluster !== "up";
  // What is not watched by itself stands as its release was verified: gone with its workload, unknown with its cluster.
  const asReleased = { state: away ? "unknown" : hasWorkload ? "applied" : "gone", at: iso(endedAt) } as const;
  const { exposure } = spec;
  const declared = spec.egress?.hosts.map(({ name }) => name) ?? [];
  const edge = exposure ? [node("edge", carrierOf(exposure), asReleased)] : [];
  const routes = exposure
    ? addressesOf(spec, domain).map((url) =>
        node("route", withoutScheme(url), { ...asReleased, url: isOpenable(url) ? url : null }),
      )
    : spec.ports.map(({ port }) => node("internal", `${app.name}:${port}`, asReleased));
  return [
    shown("edge", edge, 1),
    shown("routes", routes, MOST_ROUTES),
    shown("mesh", spec.meshMode === "mesh" ? [meshOf(pods, away, asReleased.at)] : [], 1),
    shown(
      "pods",
      podsByTrouble(pods).map((pod) => podNode(pod, away)),
      MOST_PODS,
    ),
    shown(
      "uses",
      [
        ...configRefs(spec.config).map(({ kind, name, version }) => node(kind, `${name} v${version}`, asReleased)),
        ...(spec.files.length > 0 ? [node("files", String(spec.files.length), asReleased)] : []),
        ...spec.volumes.map((volume) =>
          node("volume", volume.type === "claim" ? volume.claimName : volume.name, asReleased),
        ),
        ...declared.map((name) => {
          const called = callees?.find(({ service }) => service === name);
          return node("external", name, called ? howCalled(called, now) : asReleased);
        }),
        ...(callees ?? []).filter(({ service }) => !declared.includes(service)).map((each) => calleeNode(each, now)),
      ],
      MOST_USED,
    ),
  ];
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
const withoutScheme = (url: string): string => url.replace(/^https?:\/\//, "").replace(/\/$/, "");

const node = (
  kind: TopologyNode["kind"],
  name: string,
  facts: Pick<TopologyNode, "state" | "at"> & Partial<TopologyNode>,
): TopologyNode => ({
  ...{ id: `${kind} ${name}`, kind, name, status: null, proxies: null, perSecond: null, url: null, isOurs: false },
  ...facts,
});

const shown = (key: TopologyColumn["key"], nodes: TopologyNode[], most: number): TopologyColumn => ({
  key,
  nodes: nodes.slice(0, most),
  hidden: Math.max(0, nodes.length - most),
});

/** Those that do not serve first: of many pods, they are the ones to be seen. */
const podsByTrouble = (pods: readonly SeenPod[]): SeenPod[] =>
  [...pods].sort((a, b) => Number(a.ready) - Number(b.ready) || a.name.localeCompare(b.name, "en", { numeric: true }));

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

const howCalled = ({ perSecond, errorShare }: Callee, now: Date) => ({
  ...{ state: stateOfCalls(errorShare), at: iso(now), perSecond },
});

function calleeNode(callee: Callee, now: Date): TopologyNode {
  return node("callee", callee.service, { ...howCalled(callee, now), isOurs: callee.isOurs });
}
