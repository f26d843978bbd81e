import { forbidden } from "../../api/status.ts";
import { limitRanges, persistentVolumeClaims, pods } from "../../kinds/index.ts";
import { formatAmount, parseQuantity } from "../../kinds/quantity.ts";
import { type Container, type LimitRange, type PersistentVolumeClaim, type Pod } from "../../objects.ts";
import { type Store } from "../store.ts";

type Limit = LimitRange["spec"]["limits"][number];
type Amounts = Record<string, string>;
type Asked = { requests?: Amounts; limits?: Amounts };

const limitsOf = (store: Store, namespace: string | undefined): Limit[] =>
  store.list(limitRanges, namespace).flatMap(({ spec }) => spec.limits);

/** Gives containers the defaults of the namespace's LimitRanges, and refuses a pod that is beyond them. */
export function limitPod(store: Store, pod: Pod): void {
  const limits = limitsOf(store, pod.metadata.namespace);
  const containers = pod.spec.containers;
  const notes = limits
    .filter(({ type }) => type === "Container")
    .flatMap((limit) => [
      ...containers.flatMap((each) => complete(each, limit, "container")),
      ...(pod.spec.initContainers ?? []).flatMap((each) => complete(each, limit, "init container")),
    ]);
  if (notes.length > 0)
    pod.metadata.annotations = {
      ...pod.metadata.annotations,
      "kubernetes.io/limit-ranger": `LimitRanger plugin set: ${notes.join("; ")}`,
    };
  const whole = { requests: total(containers, "requests"), limits: total(containers, "limits") };
  const complaints = limits.flatMap((limit) => {
    if (limit.type === "Container")
      return [...containers, ...(pod.spec.initContainers ?? [])].flatMap((each) => beyond(limit, each.resources ?? {}));
    return limit.type === "Pod" ? beyond(limit, whole) : [];
  });
  if (complaints.length > 0) throw forbidden(pods, pod.metadata.name, inOne(complaints));
}

/** Refuses a claim of more or less storage than the namespace allows. */
export function limitClaim(store: Store, claim: PersistentVolumeClaim): void {
  const complaints = limitsOf(store, claim.metadata.namespace)
    .filter(({ type }) => type === "PersistentVolumeClaim")
    .flatMap((limit) => beyond(limit, { requests: claim.spec.resources?.requests }));
  if (complaints.length > 0) throw forbidden(persistentVolumeClaims, claim.metadata.name, inOne(complaints));
}

const inOne = (complaints: string[]): string =>
  complaints.length === 1 ? (complaints[0] ?? "") : `[${complaints.join(", ")}]`;

function complete(container: Container, limit: Limit, what: string): string[] {
  const resources = (container.resources ??= {});
  const fill = (section: "requests" | "limits", defaults: Amounts = {}): string[] => {
    const missing = Object.keys(defaults).filter((name) => resources[section]?.[name] === undefined);
    if (missing.length === 0) return [];
    resources[section] = { ...defaults, ...resources[section] };
    return [`${missing.sort().join(", ")} ${section.slice(0, -1)} for ${what} ${container.name}`];
  };
  return [...fill("requests", limit.defaultRequest), ...fill("limits", limit.default)];
}

function total(containers: readonly Container[], section: "requests" | "limits"): Amounts {
  const sums = new Map<string, number>();
  for (const { resources } of containers)
    for (const [name, amount] of Object.entries(resources?.[section] ?? {}))
      sums.set(name, (sums.get(name) ?? 0) + (parseQuantity(amount) ?? 0));
  return Object.fromEntries([...sums].map(([name, sum]) => [name, formatAmount(name, sum)]));
}

/** What is too little, too much or too far apart, in LimitRanger's sentences. */
function beyond({ type, min = {}, max = {}, maxLimitRequestRatio = {} }: Limit, { requests, limits }: Asked): string[] {
  const amount = (value: string | undefined): number | undefined => parseQuantity(value ?? "");
  const isClaim = type === "PersistentVolumeClaim";
  const tooSmall = Object.entries(min).flatMap(([name, least]) => {
    const [bound = 0, request, limit] = [amount(least), amount(requests?.[name]), amount(limits?.[name])];
    const sentence = `minimum ${name} usage per ${type} is ${least}`;
    if (request === undefined) return [`${sentence}.  No request is specified`];
    if (request < bound) return [`${sentence}, but request is ${requests?.[name] ?? ""}`];
    return limit !== undefined && limit < bound ? [`${sentence}, but limit is ${limits?.[name] ?? ""}`] : [];
  });
  const tooBig = Object.entries(max).flatMap(([name, most]) => {
    const [bound = 0, request, limit] = [amount(most), amount(requests?.[name]), amount(limits?.[name])];
    const sentence = `maximum ${name} usage per ${type} is ${most}`;
    if (isClaim ? request === undefined : limit === undefined)
      return [`${sentence}.  No ${isClaim ? "request" : "limit"} is specified`];
    if (limit !== undefined && limit > bound) return [`${sentence}, but limit is ${limits?.[name] ?? ""}`];
    return request !== undefined && request > bound ? [`${sentence}, but request is ${requests?.[name] ?? ""}`] : [];
  });
  const tooFar = Object.entries(maxLimitRequestRatio).flatMap(([name, ratio]) => {
    const [bound = 0, request = 0, limit = 0] = [amount(ratio), amount(requests?.[name]), amount(limits?.[name])];
    const sentence = `${name} max limit to request ratio per ${type} is ${ratio}`;
    if (request === 0) return [`${sentence}, but no request is specified or request is 0`];
    if (limit === 0) return [`${sentence}, but no limit is specified or limit is 0`];
    return limit / request > bound ? [`${sentence}, but provided ratio is ${(limit / request).toFixed(6)}`] : [];
  });
  return [...tooSmall, ...tooBig, ...tooFar];
}
