import { isObject, type Json, section } from "../../json.ts";
import { type Namespace } from "../../objects.ts";
import { ageColumn, field, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { dnsLabel } from "../names.ts";

function labelWithName(metadata: Json | undefined): void {
  if (!isObject(metadata) || typeof metadata.name !== "string" || metadata.name === "") return;
  metadata.labels = { "kubernetes.io/metadata.name": metadata.name, ...section(metadata, "labels") };
}

export const namespaces = kindOf<Namespace>("v1", "namespaces", {
  rules: [
    {
      "core.v1.Namespace": { complete: ({ metadata }) => labelWithName(metadata) },
      "core.v1.NamespaceStatus": { fields: { phase: { default: "Active" } } },
    },
  ],
  nameRule: dnsLabel,
  fieldLabels: ["status.phase"],
  initialise: (namespace) => {
    namespace.spec = { finalizers: ["kubernetes"] };
    labelWithName(namespace.metadata);
  },
  columns: [nameColumn, field("Status", "status.phase"), ageColumn],
});
