import { type JsonObject } from "../../json.ts";
import { type TypeRules } from "../compile.ts";
import { TYPES } from "../facts.ts";
import { dnsLabel } from "../names.ts";

const SOURCES = Object.keys(TYPES.get("io.k8s.api.core.v1.Volume")?.properties ?? {}).filter((name) => name !== "name");
const fileMode = { min: 0, max: 0o777 };
const defaultMode = { fields: { defaultMode: { default: 0o644, ...fileMode } } };

/** A volume of no kind is an empty directory. */
function emptyDirUnlessSaid(volume: JsonObject): void {
  if (!SOURCES.some((source) => volume[source] != null)) volume.emptyDir = {};
}

/** The volumes of a pod. */
export const volumeRules: TypeRules = {
  "core.v1.Volume": { fields: { name: { check: dnsLabel } }, complete: emptyDirUnlessSaid },
  "core.v1.ConfigMapVolumeSource": defaultMode,
  "core.v1.SecretVolumeSource": defaultMode,
  "core.v1.DownwardAPIVolumeSource": defaultMode,
  "core.v1.ProjectedVolumeSource": defaultMode,
  "core.v1.ServiceAccountTokenProjection": { fields: { expirationSeconds: { default: 3600, min: 600 } } },
  "core.v1.HostPathVolumeSource": { fields: { type: { default: "" } } },
  "core.v1.KeyToPath": { fields: { mode: fileMode } },
};
