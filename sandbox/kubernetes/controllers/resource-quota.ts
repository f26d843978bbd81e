import { resourceQuotas } from "../kinds/index.ts";
import { formatAmount } from "../kinds/quantity.ts";
import { usageIn } from "../store/admission/quota.ts";
import { type Resources } from "../store/resources.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

/** Writes into each ResourceQuota's status what its namespace uses. */
export function resourceQuotaController(resources: Resources): Controller {
  const { store } = resources;
  return {
    name: "resource-quota",
    keysOf: ({ kind, object }) => {
      if (kind === resourceQuotas) return [keyOf(object)];
      const { namespace } = object.metadata;
      return namespace === undefined ? [] : store.list(resourceQuotas, namespace).map(keyOf);
    },
    reconcile: (key) => {
      const [namespace, name] = splitKey(key);
      const quota = store.get(resourceQuotas, namespace, name);
      if (quota === undefined) return undefined;
      const used = Object.fromEntries(
        [...usageIn(store, quota)].map(([resource, amount]) => [resource, formatAmount(resource, amount)]),
      );
      const status = { hard: quota.spec.hard ?? {}, used };
      resources.modify(resourceQuotas, quota, (draft) => (draft.status = status), {
        manager: "kube-controller-manager",
        subresource: "status",
      });
      return undefined;
    },
  };
}
