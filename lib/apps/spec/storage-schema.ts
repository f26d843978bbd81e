import { z } from "zod";
import { containerPath, dnsLabel, dnsName, relativePath, volumeBytes } from "./names-schema.ts";

/** What all files of a service may hold together, in bytes of UTF-8: a ConfigMap ends at 1 MiB, keys and all. */
export const FILES_BYTES = 900_000;

/** A text file in the container, from a ConfigMap of the release's own. */
export const specFile = z.object({
  path: containerPath,
  content: z.string().max(FILES_BYTES),
  /** Permissions as `chmod` takes them, in octal. */
  mode: z
    .string()
    .regex(/^0[0-7]{3}$/, "file.mode")
    .default("0644"),
});

/** Names that begin so are Kepler's own: the files and the log collector have volumes too. */
export const OWN_VOLUMES = "kepler-";

const mount = {
  name: dnsLabel.refine((name) => !name.startsWith(OWN_VOLUMES), "volume.reserved-name"),
  mountPath: containerPath,
};

/** Room that is empty with each pod, a claim that exists, or (StatefulSet) a claim of each pod's own. */
export const specVolume = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("empty"),
    ...mount,
    medium: z.enum(["disk", "memory"]).default("disk"),
    /** A pod that writes more is evicted; null = as much as the node has. */
    sizeLimitBytes: volumeBytes.nullable().default(null),
  }),
  z.object({
    type: z.literal("claim"),
    ...mount,
    claimName: dnsName,
    subPath: relativePath.nullable().default(null),
    readOnly: z.boolean().default(false),
  }),
  z.object({
    type: z.literal("template"),
    ...mount,
    sizeBytes: volumeBytes,
    /** Null = the cluster's default class. */
    storageClass: dnsName.nullable().default(null),
  }),
]);
export type SpecVolume = z.infer<typeof specVolume>;

/** Lines that belong to the one before or after them (https://www.elastic.co/docs/reference/beats/filebeat/multiline-examples). */
const multiline = z.object({
  pattern: z.string().min(1).max(1024),
  negate: z.boolean().default(false),
  match: z.enum(["after", "before"]).default("after"),
});

/** Log files that a collector beside the app reads and ships; the app writes them below `directory`. */
export const specLogCollection = z.object({
  directory: containerPath,
  /** Names of files below the directory, as a glob of one or more parts. */
  include: relativePath.default("*.log"),
  multiline: multiline.nullable().default(null),
});
