import "server-only";
import { z } from "zod";
import { type ImageConfig } from "./client.ts";

export const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

const descriptor = z.object({ digest: z.string(), size: z.number() });

/** https://github.com/opencontainers/image-spec/blob/main/manifest.md */
const imageManifest = z.object({
  mediaType: z.string().optional(),
  config: descriptor,
  layers: z.array(descriptor),
});

/** https://github.com/opencontainers/image-spec/blob/main/image-index.md */
const imageIndex = z.object({
  mediaType: z.string().optional(),
  manifests: z.array(
    descriptor.extend({ platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
  ),
});

export const anyManifest = z.union([imageManifest, imageIndex]);

export const tagsReply = z.object({ tags: z.array(z.string()).nullable() });

const isPresent = (entry: [string, unknown]): boolean => entry[0] !== "";

/** https://github.com/opencontainers/image-spec/blob/main/config.md; docker writes null for what is empty. */
export const configReply = z
  .object({
    created: z.string().nullish(),
    os: z.string().default("linux"),
    architecture: z.string().default("amd64"),
    config: z
      .object({
        Labels: z.record(z.string(), z.string()).nullish(),
        Env: z.array(z.string()).nullish(),
        ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      })
      .nullish(),
  })
  .transform(
    (reply): ImageConfig => ({
      labels: reply.config?.Labels ?? {},
      env: Object.fromEntries((reply.config?.Env ?? []).map(splitVariable).filter(isPresent)),
      exposedPorts: Object.keys(reply.config?.ExposedPorts ?? {})
        .map((port) => Number.parseInt(port, 10))
        .filter(Number.isInteger)
        .sort((a, b) => a - b),
      created: reply.created ?? null,
      os: reply.os,
      architecture: reply.architecture,
    }),
  );

function splitVariable(line: string): [string, string] {
  const end = line.indexOf("=");
  return end < 0 ? [line, ""] : [line.slice(0, end), line.slice(end + 1)];
}
