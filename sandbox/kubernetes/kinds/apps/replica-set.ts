import { type ReplicaSet } from "../../objects.ts";
import { ageColumn, field, nameColumn, templateColumns } from "../columns.ts";
import { podSpecRules } from "../core/pod-spec.ts";
import { kindOf } from "../kind.ts";
import { atLeastZero, selectsItsTemplate } from "./template.ts";

export const replicaSets = kindOf<ReplicaSet>("apps/v1", "replicasets", {
  rules: [
    podSpecRules,
    {
      "apps.v1.ReplicaSetSpec": {
        fields: { replicas: { default: 1, ...atLeastZero }, minReadySeconds: atLeastZero },
        check: selectsItsTemplate("replicaset"),
      },
    },
  ],
  fieldLabels: ["status.replicas"],
  immutable: ["spec.selector"],
  columns: [
    nameColumn,
    field("Desired", "spec.replicas", 0),
    field("Current", "status.replicas", 0),
    field("Ready", "status.readyReplicas", 0),
    ageColumn,
    ...templateColumns<ReplicaSet>(
      ({ spec }) => spec.template,
      ({ spec }) => spec.selector,
    ),
  ],
});
