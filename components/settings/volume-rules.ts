import type { SettingsForm } from "./typed-settings.ts";

type Volume = SettingsForm["volumes"][number];
const GIBIBYTE = 1024 ** 3;

/** A volume of another kind at the same place. */
export function volumeOf(type: string, { name, mountPath }: Pick<Volume, "name" | "mountPath">): Volume {
  switch (type) {
    case "claim":
      return { type, name, mountPath, claimName: "", subPath: null, readOnly: false };
    case "template":
      return { type, name, mountPath, sizeBytes: GIBIBYTE, storageClass: null };
    default:
      return { type: "empty", name, mountPath, medium: "disk", sizeLimitBytes: null };
  }
}
