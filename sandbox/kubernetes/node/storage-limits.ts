import { formatAmount, parseQuantity } from "../kinds/quantity.ts";
import { type Pod } from "../objects.ts";

/** Bytes on the node's disk, by name: of a pod's emptyDirs, and of what its containers wrote (their own files and logs). */
export type StorageUse = { volumes: ReadonlyMap<string, number>; containers: ReadonlyMap<string, number> };

const STORAGE = "ephemeral-storage";
/** From here on a pod is critical to its cluster and never put out (SystemCriticalPriority). */
const CRITICAL_PRIORITY = 2_000_000_000;

/** Those of memory are held to their size by the kernel instead. */
export const emptyDirsOf = ({ spec }: Pod): { name: string; limit: string }[] =>
  (spec.volumes ?? [])
    .filter(({ emptyDir }) => emptyDir !== undefined && emptyDir.medium !== "Memory")
    .map(({ name, emptyDir }) => ({ name, limit: emptyDir?.sizeLimit ?? "0" }));

const containerLimits = ({ spec }: Pod): { name: string; limit: string }[] =>
  spec.containers.flatMap(({ name, resources }) => {
    const limit = resources?.limits?.[STORAGE];
    return limit === undefined ? [] : [{ name, limit }];
  });

export const isLimited = (pod: Pod): boolean =>
  [...emptyDirsOf(pod), ...containerLimits(pod)].some(({ limit }) => bytesOf(limit) > 0);

/**
 * Why a pod is put out for what it has written, in the kubelet's words and order (`localStorageEviction` in
 * pkg/kubelet/eviction/eviction_manager.go of Kubernetes 1.36); undefined while it keeps to its limits.
 */
export function excessOf(pod: Pod, { volumes, containers }: StorageUse): string | undefined {
  if ((pod.spec.priority ?? 0) >= CRITICAL_PRIORITY) return undefined;
  const beyond = (used: ReadonlyMap<string, number>) => (one: { name: string; limit: string }) =>
    bytesOf(one.limit) > 0 && (used.get(one.name) ?? 0) > bytesOf(one.limit);
  const volume = emptyDirsOf(pod).find(beyond(volumes));
  if (volume !== undefined) return `Usage of EmptyDir volume "${volume.name}" exceeds the limit "${volume.limit}". `;
  const limits = containerLimits(pod);
  // A container without a limit adds nothing to the pod's, though what it writes counts.
  const total = sum(limits.map(({ limit }) => bytesOf(limit)));
  if (limits.length > 0 && sum(volumes.values()) + sum(containers.values()) > total)
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${formatAmount(STORAGE, total)}. `;
  const container = limits.find(beyond(containers));
  return container && `Container ${container.name} exceeded its local ephemeral storage limit "${container.limit}". `;
}

const bytesOf = (quantity: string): number => parseQuantity(quantity) ?? 0;
const sum = (amounts: Iterable<number>): number => [...amounts].reduce((total, amount) => total + amount, 0);
