import { type DisruptionBudget } from "../../objects.ts";
import { ageColumn, field, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { invalid } from "../schema.ts";

const counted = { zero: 0 };

export const disruptionBudgets = kindOf<DisruptionBudget>("policy/v1", "poddisruptionbudgets", {
  rules: [
    {
      "policy.v1.PodDisruptionBudgetSpec": {
        check: (spec, path) =>
          spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
            ? [invalid(path, spec, "minAvailable and maxUnavailable cannot be both set")]
            : [],
      },
      "policy.v1.PodDisruptionBudgetStatus": {
        fields: {
          currentHealthy: counted,
          desiredHealthy: counted,
          disruptionsAllowed: counted,
          expectedPods: counted,
        },
      },
    },
  ],
  columns: [
    nameColumn,
    { name: "Min Available", cell: ({ spec }) => String(spec.minAvailable ?? "N/A") },
    { name: "Max Unavailable", cell: ({ spec }) => String(spec.maxUnavailable ?? "N/A") },
    field("Allowed Disruptions", "status.disruptionsAllowed", 0),
    ageColumn,
  ],
});
