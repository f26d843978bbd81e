import { disruptionStatus } from "../controllers/disruption.ts";
import { section } from "../json.ts";
import { disruptionBudgets, pods } from "../kinds/index.ts";
import { type Resources } from "../store/resources.ts";
import { matches } from "../store/selectors.ts";
import { readObject } from "./body.ts";
import { type Handler, parseDeleteOptions, send } from "./rest.ts";
import { ApiError, methodNotAllowed } from "./status.ts";

/** `POST pods/x/eviction`: a deletion that asks the disruption budgets first. */
export const evictionHandler =
  (resources: Resources): Handler =>
  async (request, { namespace, name }) => {
    if (request.method !== "POST") throw methodNotAllowed();
    const body = await readObject(request.incoming);
    const pod = resources.get(pods, namespace, name);
    for (const budget of resources.store.list(disruptionBudgets, namespace)) {
      if (!matches(budget.spec.selector, pod.metadata.labels)) continue;
      const { disruptionsAllowed = 0, currentHealthy, desiredHealthy } = disruptionStatus(resources, budget);
      if (disruptionsAllowed > 0) continue;
      const why = `The disruption budget ${budget.metadata.name} needs ${desiredHealthy ?? 0} healthy pods and has ${currentHealthy ?? 0} currently`;
      throw new ApiError(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
        causes: [{ reason: "DisruptionBudget", message: why }],
        retryAfterSeconds: 10,
      });
    }
    resources.delete(pods, namespace, name, parseDeleteOptions(section(body, "deleteOptions"), request));
    send(request, 201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
  };
