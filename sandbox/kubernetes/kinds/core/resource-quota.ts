import { type ResourceQuota } from "../../objects.ts";
import { ageColumn, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

function shares({ status }: ResourceQuota, ofLimits: boolean): string {
  const names = Object.keys(status.hard ?? {}).filter((name) => name.startsWith("limits.") === ofLimits);
  return names
    .sort()
    .map((name) => `${name}: ${status.used?.[name] ?? "0"}/${status.hard?.[name] ?? "0"}`)
    .join(", ");
}

export const resourceQuotas = kindOf<ResourceQuota>("v1", "resourcequotas", {
  columns: [
    nameColumn,
    { name: "Request", cell: (quota) => shares(quota, false) },
    { name: "Limit", cell: (quota) => shares(quota, true) },
    ageColumn,
  ],
});
