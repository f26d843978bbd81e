import { forbidden } from "../../api/status.ts";
import { KINDS, persistentVolumeClaims, pods, resourceQuotas, services } from "../../kinds/index.ts";
import { type Kind, resourceName } from "../../kinds/kind.ts";
import { formatAmount, parseQuantity } from "../../kinds/quantity.ts";
import {
  type Container,
  type KubeObject,
  type PersistentVolumeClaim,
  type Pod,
  type ResourceQuota,
  type Service,
} from "../../objects.ts";
import { type Store } from "../store.ts";

type Usage = Map<string, number>;

/** Refuses an object that would take its namespace beyond a ResourceQuota. */
export function withinQuota(store: Store, kind: Kind, object: KubeObject): void {
  const { namespace, name } = object.metadata;
  const quotas = store.list(resourceQuotas, namespace);
  if (quotas.length === 0) return;
  const requested = usageOf(kind, object);
  for (const quota of quotas) {
    const hard = Object.entries(quota.spec.hard ?? {}).sort();
    const missing = kind === pods ? unsaid(object as Pod, new Set(hard.map(([key]) => key))) : "";
    if (missing !== "") throw forbidden(kind, name, `failed quota: ${quota.metadata.name}: must specify ${missing}`);
    const used = usageIn(store, quota);
    const over = hard.filter(([key, limit]) => {
      const more = requested.get(key) ?? 0;
      return more > 0 && (used.get(key) ?? 0) + more > (parseQuantity(limit) ?? 0);
    });
    if (over.length === 0) continue;
    const list = (amount: (key: string, limit: string) => string): string =>
      over.map(([key, limit]) => `${key}=${amount(key, limit)}`).join(",");
    throw forbidden(
      kind,
      name,
      `exceeded quota: ${quota.metadata.name}, requested: ${list((key) => formatAmount(key, requested.get(key) ?? 0))}, used: ${list((key) => formatAmount(key, used.get(key) ?? 0))}, limited: ${list((_key, limit) => limit)}`,
    );
  }
}

/** How much of what a quota limits is in use in its namespace. */
export function usageIn(store: Store, quota: ResourceQuota): Usage {
  const names = Object.keys(quota.spec.hard ?? {});
  const total: Usage = new Map(names.map((name) => [name, 0]));
  for (const kind of KINDS.filter(({ namespaced }) => namespaced)) {
    const counts = names.some(
      (name) => NEEDS[kind.plural] !== undefined || name === kind.plural || name === countOf(kind),
    );
    if (!counts) continue;
    for (const object of store.list(kind, quota.metadata.namespace))
      for (const [key, amount] of usageOf(kind, object))
        if (total.has(key)) total.set(key, (total.get(key) ?? 0) + amount);
  }
  return total;
}

const countOf = (kind: Kind): string => `count/${resourceName(kind)}`;
/** Kinds that are measured, not only counted. The schema has been checked, so an object of a kind has its type. */
const NEEDS: Record<string, ((object: KubeObject) => Usage) | undefined> = {
  [pods.plural]: (object) => podUsage(object as Pod),
  [services.plural]: (object) => serviceUsage(object as Service),
  [persistentVolumeClaims.plural]: (object) => {
    const { spec } = object as PersistentVolumeClaim;
    return new Map([["requests.storage", parseQuantity(spec.resources?.requests?.storage ?? "0") ?? 0]]);
  },
};

function usageOf(kind: Kind, object: KubeObject): Usage {
  const count: Usage = new Map([[countOf(kind), 1]]);
  if (kind.group !== "") return count;
  return new Map([...count, [kind.plural, 1], ...(NEEDS[kind.plural]?.(object) ?? [])]);
}

function podUsage({ spec, status }: Pod): Usage {
  // A pod that has ended needs nothing, and does not count.
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return new Map([["pods", 0]]);
  const sum = (section: "requests" | "limits", name: string): number => {
    const of = ({ resources }: Container): number => parseQuantity(resources?.[section]?.[name] ?? "0") ?? 0;
    const together = spec.containers.reduce((all, each) => all + of(each), 0);
    return Math.max(together, ...(spec.initContainers ?? []).map(of));
  };
  const usage: Usage = new Map();
  for (const name of ["cpu", "memory", "ephemeral-storage"]) {
    usage.set(name, sum("requests", name)).set(`requests.${name}`, sum("requests", name));
    usage.set(`limits.${name}`, sum("limits", name));
  }
  return usage;
}

function serviceUsage({ spec }: Service): Usage {
  const nodePorts = (spec.ports ?? []).filter(({ nodePort }) => nodePort !== undefined).length;
  return new Map([
    ["services.nodeports", nodePorts],
    ["services.loadbalancers", spec.type === "LoadBalancer" ? 1 : 0],
  ]);
}

/** Under a quota of CPU or memory, each container must say what it takes. */
function unsaid({ spec }: Pod, limited: ReadonlySet<string>): string {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const sentence = (key: string, section: "requests" | "limits", name: string): string[] => {
    if (!limited.has(key)) return [];
    const silent = containers.filter(({ resources }) => resources?.[section]?.[name] === undefined);
    return silent.length === 0
      ? []
      : [
          `${key} for: ${silent
            .map((each) => each.name)
            .sort()
            .join(",")}`,
        ];
  };
  return ["cpu", "memory"]
    .flatMap((name) => [
      ...sentence(name, "requests", name),
      ...sentence(`requests.${name}`, "requests", name),
      ...sentence(`limits.${name}`, "limits", name),
    ])
    .sort()
    .join("; ");
}
