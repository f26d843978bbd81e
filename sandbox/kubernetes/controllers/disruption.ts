import { disruptionBudgets, pods } from "../kinds/index.ts";
import { type DisruptionBudget } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { matches } from "../store/selectors.ts";
import { isActive, isReady, portionOf, withCondition } from "./conditions.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

/** How many of a budget's pods may go right now. */
export function disruptionStatus(
  { store }: Resources,
  { metadata, spec }: DisruptionBudget,
): DisruptionBudget["status"] {
  const chosen = store
    .list(pods, metadata.namespace)
    .filter((pod) => isActive(pod) && matches(spec.selector, pod.metadata.labels));
  const healthy = chosen.filter(isReady).length;
  const desired =
    spec.maxUnavailable === undefined
      ? portionOf(spec.minAvailable ?? 1, chosen.length, Math.ceil)
      : chosen.length - portionOf(spec.maxUnavailable, chosen.length, Math.ceil);
  return {
    expectedPods: chosen.length,
    currentHealthy: healthy,
    desiredHealthy: Math.max(0, desired),
    disruptionsAllowed: Math.max(0, healthy - desired),
    observedGeneration: metadata.generation,
  };
}

/** Keeps each budget's status true. */
export function disruptionController(resources: Resources): Controller {
  const { store } = resources;
  return {
    name: "disruption",
    keysOf: ({ kind, object }) => {
      if (kind.plural === "poddisruptionbudgets") return [keyOf(object)];
      if (kind.plural !== "pods") return [];
      return store
        .list(disruptionBudgets, object.metadata.namespace)
        .filter(({ spec }) => matches(spec.selector, object.metadata.labels))
        .map(keyOf);
    },
    reconcile: (key) => {
      const budget = store.get(disruptionBudgets, ...splitKey(key));
      if (budget === undefined) return undefined;
      const counts = disruptionStatus(resources, budget);
      const allowed = (counts.disruptionsAllowed ?? 0) > 0;
      const [state, reason] = allowed
        ? (["True", "SufficientPods"] as const)
        : (["False", "InsufficientPods"] as const);
      const condition = { type: "DisruptionAllowed", status: state, reason, message: "" };
      const status = { ...counts, conditions: withCondition(budget.status.conditions, condition, resources.now()) };
      resources.modify(disruptionBudgets, budget, (draft) => (draft.status = { ...draft.status, ...status }), {
        manager: "kube-controller-manager",
        subresource: "status",
      });
      return undefined;
    },
  };
}
