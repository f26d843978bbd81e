import { type CsiDriver } from "../../objects.ts";
import { ageColumn, field, joined, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

export const csiDrivers = kindOf<CsiDriver>("storage.k8s.io/v1", "csidrivers", {
  rules: [
    {
      "storage.v1.CSIDriverSpec": {
        fields: {
          attachRequired: { default: true },
          podInfoOnMount: { default: false },
          storageCapacity: { default: false },
          fsGroupPolicy: { default: "ReadWriteOnceWithFSType" },
          volumeLifecycleModes: { default: ["Persistent"] },
          requiresRepublish: { default: false },
          seLinuxMount: { default: false },
        },
      },
    },
  ],
  columns: [
    nameColumn,
    field("AttachRequired", "spec.attachRequired", true),
    field("PodInfoOnMount", "spec.podInfoOnMount", false),
    field("StorageCapacity", "spec.storageCapacity", false),
    {
      name: "TokenRequests",
      cell: ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join() ?? "<unset>",
    },
    field("RequiresRepublish", "spec.requiresRepublish", false),
    { name: "Modes", cell: ({ spec }) => joined(spec.volumeLifecycleModes ?? []) },
    ageColumn,
  ],
});
