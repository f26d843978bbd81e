import { type Namespace } from "../../objects.ts";
import { ageColumn, field, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { dnsLabel } from "../names.ts";

export const namespaces = kindOf<Namespace>("v1", "namespaces", {
  rules: [{ "core.v1.NamespaceStatus": { fields: { phase: { default: "Active" } } } }],
  nameRule: dnsLabel,
  fieldLabels: ["status.phase"],
  initialise: (namespace) => {
    const { metadata } = namespace;
    namespace.spec = { finalizers: ["kubernetes"] };
    metadata.labels = { "kubernetes.io/metadata.name": metadata.name, ...metadata.labels };
  },
  columns: [nameColumn, field("Status", "status.phase"), ageColumn],
});
