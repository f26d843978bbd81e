import { type Pod } from "../objects.ts";
import { type Named } from "./istio-objects.ts";
import {
  type AuthorizationPolicySpec,
  type Patterns,
  type PeerAuthenticationSpec,
  type PolicyRule,
} from "./security-objects.ts";
import { takesIn, type Workload } from "./workloads.ts";

/** Who comes to a pod's port, with what. Only a caller in the mesh has an identity; only HTTP has a request. */
export type Knock = {
  source?: Workload;
  port: number;
  request?: { method: string; path: string; host: string };
};

/** `cut`: the connection itself is not taken; `denied`: the request is answered with 403. */
export type Door = "open" | "denied" | "cut";

export type SecurityObjects = {
  policies: readonly Named<AuthorizationPolicySpec>[];
  peers: readonly Named<PeerAuthenticationSpec>[];
};

/** Objects of this namespace stand for the whole mesh. */
const ROOT = "istio-system";

/** What the sidecar of a called pod does with a caller; a pod without one, and a port that bypasses it, takes everybody. */
export function doorOf(pod: Pod, knock: Knock, { policies, peers }: SecurityObjects): Door {
  if (!takesIn(pod, knock.port)) return "open";
  if (knock.source === undefined && isStrict(pod, knock.port, peers)) return "cut";
  return isAllowed(
    knock,
    policies.filter((policy) => speaksOf(policy, pod)),
  )
    ? "open"
    : "denied";
}

/** The narrowest object that says something has the word: for the port, the workload, the namespace, the mesh; the oldest of equals. */
function isStrict(pod: Pod, port: number, peers: SecurityObjects["peers"]): boolean {
  const own = ({ namespace }: Named<unknown>): boolean => namespace === pod.metadata.namespace;
  const selects = ({ spec }: Named<PeerAuthenticationSpec>): boolean => spec.selector?.matchLabels !== undefined;
  const workload = peers.find((peer) => own(peer) && selects(peer) && hasLabels(pod, peer.spec));
  const levels = [
    workload?.spec.portLevelMtls?.[String(port)],
    workload?.spec.mtls,
    peers.find((peer) => own(peer) && !selects(peer))?.spec.mtls,
    peers.find((peer) => peer.namespace === ROOT && !selects(peer))?.spec.mtls,
  ];
  return levels.find((level) => level !== undefined && level.mode !== "UNSET")?.mode === "STRICT";
}

/** Those of the pod's namespace, and those of the root namespace, whose selectors look into every namespace. */
const speaksOf = ({ namespace, spec }: Named<AuthorizationPolicySpec>, pod: Pod): boolean =>
  [pod.metadata.namespace, ROOT].includes(namespace) && hasLabels(pod, spec);

const hasLabels = (pod: Pod, { selector }: Pick<PeerAuthenticationSpec, "selector">): boolean =>
  Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => pod.metadata.labels?.[key] === value);

/** DENY before ALLOW; without any ALLOW everybody (istio.io/latest/docs/concepts/security/#implicit-enablement). */
function isAllowed(knock: Knock, policies: readonly Named<AuthorizationPolicySpec>[]): boolean {
  const of = (action: AuthorizationPolicySpec["action"]) => policies.filter(({ spec }) => spec.action === action);
  const matches = ({ spec: { rules = [], action } }: Named<AuthorizationPolicySpec>): boolean =>
    rules.some((rule) => fitsRule(rule, knock, action));
  const allowing = of("ALLOW");
  return !of("DENY").some(matches) && (allowing.length === 0 || allowing.some(matches));
}

/** Every part that a rule has must fit. Conditions (`when`) are not played: a rule with some never fits. */
function fitsRule({ from, to, when = [] }: PolicyRule, knock: Knock, action: string): boolean {
  const { source, port, request } = knock;
  const caller = {
    principals: source && `cluster.local/ns/${source.namespace}/sa/${source.account}`,
    namespaces: source?.namespace,
  };
  const asked = {
    ports: String(port),
    methods: request?.method,
    hosts: request?.host,
    paths: request?.path,
  };
  const operations = request === undefined && action === "DENY" ? { ports: asked.ports } : asked;
  return (
    when.length === 0 &&
    (from === undefined || from.some((each) => fitsAll(each.source ?? {}, caller))) &&
    (to === undefined || to.some(({ operation = {} }) => fitsAll(known(operation, operations, action), operations)))
  );
}

/** A DENY on a connection without requests leaves out what it would ask of them; an ALLOW that asks never fits. */
const known = (asked: Patterns, has: Record<string, unknown>, action: string): Patterns =>
  action === "DENY" ? Object.fromEntries(Object.entries(asked).filter(([field]) => nameOf(field) in has)) : asked;

/** `notPrincipals` is about `principals`. A field that is not played fits nobody. */
const nameOf = (field: string): string => field.replace(/^not([A-Z])/, (_, first: string) => first.toLowerCase());

function fitsAll(asked: Patterns, has: Record<string, string | undefined>): boolean {
  return Object.entries(asked).every(([field, patterns]) => {
    const name = nameOf(field);
    const value = has[name];
    const fits = value !== undefined && patterns.some((pattern) => fitsText(pattern, value));
    return name in has && (name === field ? fits : !fits);
  });
}

/** Exact, "start*", "*end", and "*" for anything that is there. */
function fitsText(pattern: string, value: string): boolean {
  if (pattern === "*") return value !== "";
  if (pattern.startsWith("*")) return value.endsWith(pattern.slice(1));
  return pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}
