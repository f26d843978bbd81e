import { printBytes } from "#lib/apps/quantity-rules";
import { type SpecVolume } from "#lib/apps/spec/storage-schema";
import { given, type ManifestInput } from "./object.ts";

/** What the pod brings along; claims of a StatefulSet's pods are made from templates of the same names. */
export const volumes = ({ spec }: ManifestInput) =>
  spec.volumes.flatMap((volume) => {
    const source = sourceOf(volume);
    return source ? [{ name: volume.name, ...source }] : [];
  });

function sourceOf(volume: SpecVolume) {
  switch (volume.type) {
    case "empty":
      return {
        emptyDir: given({
          medium: volume.medium === "memory" ? "Memory" : "",
          sizeLimit: volume.sizeLimitBytes === null ? "" : printBytes(volume.sizeLimitBytes),
        }),
      };
    case "claim":
      return { persistentVolumeClaim: { claimName: volume.claimName, ...given({ readOnly: volume.readOnly }) } };
    case "template":
      return null;
  }
}

export const volumeMounts = ({ spec }: ManifestInput) =>
  spec.volumes.map((volume) => ({
    name: volume.name,
    mountPath: volume.mountPath,
    ...(volume.type === "claim" ? given({ subPath: volume.subPath, readOnly: volume.readOnly }) : {}),
  }));

/** One claim for each pod, which outlives it (StatefulSetSpec.volumeClaimTemplates). */
export const claimTemplates = ({ spec }: ManifestInput) =>
  spec.volumes.flatMap((volume) =>
    volume.type === "template"
      ? [
          {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: volume.name },
            spec: {
              accessModes: ["ReadWriteOnce"],
              resources: { requests: { storage: printBytes(volume.sizeBytes) } },
              ...given({ storageClassName: volume.storageClass }),
            },
          },
        ]
      : [],
  );
