import { CANARY_SUFFIX } from "#lib/apps/naming-rules";
import { type CallFigures, type FoundCall, GATEWAY_WORKLOAD } from "#lib/metrics/call-rules";
import { type CallsEdge, type CallsNode, type CallsView } from "./calls-schema.ts";

const SOME_FAIL = 0.05;
const MOST_FAIL = 0.5;
/** More arrows than these are a thicket; the busiest are drawn, and it is said how many are not. */
const MOST_EDGES = 60;

/** How calls of which this share failed are to be shown. */
export const stateOfCalls = (errorShare: number): CallsEdge["state"] =>
  errorShare >= MOST_FAIL ? "fail" : errorShare >= SOME_FAIL ? "warn" : "ok";

export type CallsFacts = {
  namespace: string;
  mesh: readonly FoundCall[];
  traefik: readonly (CallFigures & { service: string })[];
  /** Names of all services of the environment; of them, those that the person may see. */
  services: readonly string[];
  visible: ReadonlySet<string>;
};

/** The picture of an environment's calls, for one person: of calls at whose ends is no service of theirs, nothing is told. */
export function callsOf(facts: CallsFacts): Pick<CallsView, "nodes" | "edges" | "hidden"> {
  const all = [...meshEdges(facts), ...traefikEdges(facts)]
    .filter(({ from, to }) => from.app !== null || to.app !== null)
    .sort((a, b) => b.perSecond - a.perSecond);
  const shown = all.slice(0, MOST_EDGES);
  const nodes = new Map(shown.flatMap(({ from, to }) => [from, to]).map((node) => [node.id, node]));
  return {
    nodes: [...nodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    edges: shown.map(({ from, to, ...figures }) => ({
      ...figures,
      ...{ from: from.id, to: to.id, state: stateOfCalls(figures.errorShare) },
    })),
    hidden: all.length - shown.length,
  };
}

type Edge = CallFigures & { from: CallsNode; to: CallsNode };

const node = (kind: CallsNode["kind"], name: string, app: string | null = null): CallsNode => ({
  ...{ id: `${kind} ${name}`, kind, name, app },
});

const serviceNode = (name: string, app: string, visible: ReadonlySet<string>): CallsNode =>
  node("service", name, visible.has(app) ? app : null);

function meshEdges({ namespace, mesh, services, visible }: CallsFacts): Edge[] {
  const end = (name: string, at: string): CallsNode => {
    if (name === GATEWAY_WORKLOAD) return node("istio", "");
    const app = at === namespace ? services.find((each) => name === each || name === each + CANARY_SUFFIX) : undefined;
    if (app !== undefined) return serviceNode(name, app, visible);
    return node("outside", [namespace, "", "unknown"].includes(at) ? name : `${name}.${at}`);
  };
  return mesh.map(({ from, to, ...figures }) => ({
    ...figures,
    from: from.workload === "unknown" ? node("unmeshed", "") : end(from.workload, from.namespace),
    to: end(to.service, to.namespace),
  }));
}

/** Traefik joins names with the sign that they are made of, so whose port it is, is found among the names that there are. */
function traefikEdges({ namespace, traefik, services, visible }: CallsFacts): Edge[] {
  const longestFirst = services.toSorted((a, b) => b.length - a.length);
  return traefik.flatMap(({ service, ...figures }) => {
    const name = longestFirst.find((each) => service.startsWith(`${namespace}-${each}-`));
    if (name === undefined) return [];
    return [{ ...figures, from: node("traefik", ""), to: serviceNode(name, name, visible) }];
  });
}
