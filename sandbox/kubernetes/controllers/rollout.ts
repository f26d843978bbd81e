import { type Deployment, type ReplicaSet } from "../objects.ts";
import { portionOf } from "./conditions.ts";

/** One ReplicaSet's next size. */
export type Scaling = { set: ReplicaSet; replicas: number };

const total = (sets: ReplicaSet[]): number => sets.reduce((sum, set) => sum + set.spec.replicas, 0);
const available = (set: ReplicaSet): number => set.status.availableReplicas ?? 0;

/** How far a rolling update may go over and under the wanted size. Both zero would never move: one may then be missing. */
export function bounds(deployment: Deployment): { surge: number; unavailable: number } {
  const { replicas, strategy } = deployment.spec;
  const surge = portionOf(strategy.rollingUpdate?.maxSurge ?? "25%", replicas, Math.ceil);
  const unavailable = portionOf(strategy.rollingUpdate?.maxUnavailable ?? "25%", replicas, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** The next step: new pods as far as surge allows, then old ones away as far as enough others are available. */
export function rollingUpdate(deployment: Deployment, current: ReplicaSet, old: ReplicaSet[]): Scaling[] {
  const wanted = deployment.spec.replicas;
  const { surge, unavailable } = bounds(deployment);
  const room = wanted + surge - total([current, ...old]);
  const grown = current.spec.replicas >= wanted ? wanted : Math.min(wanted, current.spec.replicas + Math.max(0, room));
  if (grown !== current.spec.replicas) return [{ set: current, replicas: grown }];
  return shrink(current, old, wanted - unavailable);
}

function shrink(current: ReplicaSet, old: ReplicaSet[], minimum: number): Scaling[] {
  const steps = new Map(old.map((set) => [set, set.spec.replicas]));
  const newUnavailable = current.spec.replicas - available(current);
  let spare = Math.max(0, total([current, ...old]) - minimum - newUnavailable);
  // Old pods that do not serve anyway go first, and cost nothing.
  for (const set of old) {
    const broken = Math.min(spare, set.spec.replicas - available(set));
    if (broken > 0) steps.set(set, set.spec.replicas - broken);
    spare -= Math.max(0, broken);
  }
  let removable = [current, ...old].reduce((sum, set) => sum + available(set), 0) - minimum;
  for (const set of old) {
    const left = steps.get(set) ?? 0;
    const taken = Math.min(left, Math.max(0, removable));
    steps.set(set, left - taken);
    removable -= taken;
  }
  return [...steps].flatMap(([set, replicas]) => (replicas === set.spec.replicas ? [] : [{ set, replicas }]));
}

/** All old pods must be gone before the first new one starts. */
export function recreate(
  deployment: Deployment,
  current: ReplicaSet,
  old: ReplicaSet[],
  oldPodsLeft: boolean,
): Scaling[] {
  const down = old.filter((set) => set.spec.replicas > 0).map((set) => ({ set, replicas: 0 }));
  if (down.length > 0 || oldPodsLeft) return down;
  return current.spec.replicas === deployment.spec.replicas
    ? []
    : [{ set: current, replicas: deployment.spec.replicas }];
}

/** While paused, only the size follows: the difference is shared among the sets in proportion, the newest taking the rest. */
export function scaleEvenly(deployment: Deployment, sets: ReplicaSet[]): Scaling[] {
  const running = sets.filter((set) => set.spec.replicas > 0);
  const now = total(running);
  const target = deployment.spec.replicas;
  const single = running.length === 0 ? sets.at(-1) : undefined;
  if (single !== undefined && target > 0) return [{ set: single, replicas: target }];
  if (now === target || (running.length > 1 && now <= target + bounds(deployment).surge && now >= target)) return [];
  let left = target;
  return running.map((set, index) => {
    const share = index === running.length - 1 ? left : Math.min(left, Math.round((set.spec.replicas * target) / now));
    left -= share;
    return { set, replicas: share };
  });
}
