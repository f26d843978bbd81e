import { ageColumn, field, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

export const leases = kindOf("coordination.k8s.io/v1", "leases", {
  columns: [nameColumn, field("Holder", "spec.holderIdentity"), ageColumn],
});
