import { type JsonObject } from "../../json.ts";
import { type Deployment } from "../../objects.ts";
import { ageColumn, type Column, nameColumn, templateColumns } from "../columns.ts";
import { podSpecRules } from "../core/pod-spec.ts";
import { kindOf } from "../kind.ts";
import { type Cause, forbidden, invalid } from "../schema.ts";
import { atLeastZero, selectsItsTemplate } from "./template.ts";

function completeStrategy(strategy: JsonObject): void {
  strategy.type ??= "RollingUpdate";
  if (strategy.type === "RollingUpdate") strategy.rollingUpdate ??= {};
}

const noRollWhenRecreated = (strategy: JsonObject, path: string): Cause[] =>
  strategy.type === "Recreate" && strategy.rollingUpdate !== undefined
    ? [forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")]
    : [];

function somethingMayMove({ maxSurge, maxUnavailable }: JsonObject, path: string): Cause[] {
  const isNone = (value: unknown) => value === 0 || value === "0%";
  if (isNone(maxSurge) && isNone(maxUnavailable))
    return [invalid(`${path}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0")];
  const why =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return Object.entries({ maxUnavailable, maxSurge }).flatMap(([key, value]) =>
    typeof value === "string" && !/^\d+%$/.test(value) ? [invalid(`${path}.${key}`, value, why)] : [],
  );
}

const columns: Column<Deployment>[] = [
  nameColumn,
  { name: "Ready", cell: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}` },
  { name: "Up-to-date", cell: ({ status }) => status.updatedReplicas ?? 0 },
  { name: "Available", cell: ({ status }) => status.availableReplicas ?? 0 },
  ageColumn,
  ...templateColumns<Deployment>(
    ({ spec }) => spec.template,
    ({ spec }) => spec.selector,
  ),
];

export const deployments = kindOf<Deployment>("apps/v1", "deployments", {
  rules: [
    podSpecRules,
    {
      "apps.v1.DeploymentSpec": {
        fields: {
          replicas: { default: 1, ...atLeastZero },
          minReadySeconds: atLeastZero,
          revisionHistoryLimit: { default: 10, ...atLeastZero },
          progressDeadlineSeconds: { default: 600, ...atLeastZero },
        },
        check: selectsItsTemplate("deployment"),
      },
      "apps.v1.DeploymentStrategy": { complete: completeStrategy, check: noRollWhenRecreated },
      "apps.v1.RollingUpdateDeployment": {
        fields: { maxUnavailable: { default: "25%" }, maxSurge: { default: "25%" } },
        check: somethingMayMove,
      },
    },
  ],
  immutable: ["spec.selector"],
  columns,
});
