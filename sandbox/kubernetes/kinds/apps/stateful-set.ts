import { type JsonObject, same } from "../../json.ts";
import { type StatefulSet } from "../../objects.ts";
import { ageColumn, type Column, nameColumn, templateColumns } from "../columns.ts";
import { claimRules } from "../core/persistent-volume-claim.ts";
import { podSpecRules } from "../core/pod-spec.ts";
import { kindOf } from "../kind.ts";
import { type Cause, forbidden } from "../schema.ts";
import { atLeastZero, selectsItsTemplate } from "./template.ts";

const MOVABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
] as const;

function completeStrategy(strategy: JsonObject): void {
  strategy.type ??= "RollingUpdate";
  if (strategy.type === "RollingUpdate") strategy.rollingUpdate ??= {};
}

/** The pods' identities and claims hang on the rest. */
function fixedSpec(set: StatefulSet, old: StatefulSet): Cause[] {
  const frozen = ({ spec }: StatefulSet) => ({
    ...spec,
    ...Object.fromEntries(MOVABLE.map((field) => [field, undefined])),
  });
  const names = MOVABLE.map((field) => `'${field}'`);
  const sentence = `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
  return same(frozen(set), frozen(old))
    ? []
    : [forbidden("spec", `updates to statefulset spec for fields other than ${sentence} are forbidden`)];
}

const columns: Column<StatefulSet>[] = [
  nameColumn,
  { name: "Ready", cell: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}` },
  ageColumn,
  ...templateColumns<StatefulSet>(({ spec }) => spec.template),
];

export const statefulSets = kindOf<StatefulSet>("apps/v1", "statefulsets", {
  rules: [
    podSpecRules,
    claimRules,
    {
      "apps.v1.StatefulSetSpec": {
        fields: {
          replicas: { default: 1, ...atLeastZero },
          podManagementPolicy: { default: "OrderedReady" },
          updateStrategy: { default: {} },
          revisionHistoryLimit: { default: 10, ...atLeastZero },
          persistentVolumeClaimRetentionPolicy: { default: {} },
          minReadySeconds: atLeastZero,
        },
        check: selectsItsTemplate("statefulset"),
      },
      // A mount may name a volume that comes from a claim template.
      "core.v1.PodSpec": { ...podSpecRules["core.v1.PodSpec"], check: undefined },
      "apps.v1.StatefulSetUpdateStrategy": { complete: completeStrategy },
      "apps.v1.StatefulSetStatus": { fields: { availableReplicas: { zero: 0 } } },
      "apps.v1.RollingUpdateStatefulSetStrategy": { fields: { partition: { default: 0, ...atLeastZero } } },
      "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy": {
        fields: { whenDeleted: { default: "Retain" }, whenScaled: { default: "Retain" } },
      },
      // Claims made from a template carry their kind, as the API writes it there.
      "core.v1.PersistentVolumeClaim": {
        fields: { apiVersion: { default: "v1" }, kind: { default: "PersistentVolumeClaim" } },
      },
    },
  ],
  validateUpdate: fixedSpec,
  columns,
});
