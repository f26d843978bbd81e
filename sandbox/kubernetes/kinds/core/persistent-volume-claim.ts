import { at, type JsonObject, same } from "../../json.ts";
import { type PersistentVolumeClaim } from "../../objects.ts";
import { ageColumn, type Column, field, nameColumn } from "../columns.ts";
import { type TypeRules } from "../compile.ts";
import { kindOf } from "../kind.ts";
import { type Cause, forbidden, missing } from "../schema.ts";
import { accessModes, volumePhase } from "./persistent-volume.ts";

function checkClaim(spec: JsonObject, path: string): Cause[] {
  const { accessModes: modes } = spec;
  return [
    ...(Array.isArray(modes) && modes.length > 0
      ? []
      : [missing(`${path}.accessModes`, "at least 1 access mode is required")]),
    ...(at(spec, ["resources", "requests", "storage"]) === undefined ? [missing(`${path}.resources[storage]`)] : []),
  ];
}

/** Claims, and the templates of them in a StatefulSet. */
export const claimRules: TypeRules = {
  "core.v1.PersistentVolumeClaimSpec": { fields: { volumeMode: { default: "Filesystem" } }, check: checkClaim },
  "core.v1.PersistentVolumeClaimStatus": { fields: { phase: { default: "Pending" } } },
};

/** Binding writes the volume's name; a bound claim may ask for more; all else is fixed. */
function fixedSpec(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): Cause[] {
  const frozen = ({ spec }: PersistentVolumeClaim) => ({
    ...spec,
    volumeName: old.spec.volumeName === undefined ? undefined : spec.volumeName,
    storageClassName: old.spec.storageClassName === undefined ? undefined : spec.storageClassName,
    resources: old.spec.volumeName === undefined ? spec.resources : undefined,
    volumeAttributesClassName: undefined,
  });
  return same(frozen(claim), frozen(old))
    ? []
    : [
        forbidden(
          "spec",
          "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
        ),
      ];
}

const columns: Column<PersistentVolumeClaim>[] = [
  nameColumn,
  { name: "Status", cell: volumePhase },
  field("Volume", "spec.volumeName"),
  { name: "Capacity", cell: ({ spec, status }) => (spec.volumeName ? (status.capacity?.storage ?? "") : "") },
  { name: "Access Modes", cell: ({ spec, status }) => (spec.volumeName ? accessModes(status.accessModes) : "") },
  field("StorageClass", "spec.storageClassName"),
  field("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
  ageColumn,
  field("VolumeMode", "spec.volumeMode", "<unset>", true),
];

export const persistentVolumeClaims = kindOf<PersistentVolumeClaim>("v1", "persistentvolumeclaims", {
  rules: [claimRules],
  validateUpdate: fixedSpec,
  columns,
});
