import { type StorageClass } from "../../objects.ts";
import { ageColumn, field } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { defaultMarked } from "../networking/ingress-class.ts";

export const storageClasses = kindOf<StorageClass>("storage.k8s.io/v1", "storageclasses", {
  rules: [
    {
      "storage.v1.StorageClass": {
        fields: { reclaimPolicy: { default: "Delete" }, volumeBindingMode: { default: "Immediate" } },
      },
    },
  ],
  immutable: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
  columns: [
    { name: "Name", cell: defaultMarked("storageclass.kubernetes.io/is-default-class") },
    field("Provisioner", "provisioner"),
    field("ReclaimPolicy", "reclaimPolicy"),
    field("VolumeBindingMode", "volumeBindingMode"),
    field("AllowVolumeExpansion", "allowVolumeExpansion", false),
    ageColumn,
  ],
});
