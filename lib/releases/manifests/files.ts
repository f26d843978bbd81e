import { OWN_VOLUMES } from "#lib/apps/spec/storage-schema";
import { contentHash } from "./content-hash.ts";
import { type Manifest, type ManifestInput, metadata } from "./object.ts";

export const FILES_VOLUME = `${OWN_VOLUMES}files`;

/** Key of a file in its ConfigMap: the place keeps two files of one name apart, the name is for people. */
const keyOf = (path: string, index: number): string =>
  `${index}.${(path.split("/").at(-1) ?? "").replace(/[^-._a-zA-Z0-9]/g, "_")}`.slice(0, 253);

const dataOf = ({ spec }: ManifestInput): Record<string, string> =>
  Object.fromEntries(spec.files.map(({ path, content }, i) => [keyOf(path, i), content]));

/** A ConfigMap that never changes: other content is another object, and pods of an older release keep theirs. */
export function configMap(input: ManifestInput, role: string, data: Record<string, string>): Manifest {
  const name = `${input.app.name}-${role}-${contentHash(JSON.stringify(data))}`;
  return { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(input, name), immutable: true, data };
}

export const filesConfigMap = (input: ManifestInput): Manifest | null =>
  input.spec.files.length === 0 ? null : configMap(input, "files", dataOf(input));

export function filesVolume(input: ManifestInput) {
  const map = filesConfigMap(input);
  if (!map) return [];
  const items = input.spec.files.map(({ path, mode }, i) => {
    const key = keyOf(path, i);
    return { key, path: key, mode: Number.parseInt(mode, 8) };
  });
  return [{ name: FILES_VOLUME, configMap: { name: map.metadata.name, items } }];
}

/** Each file at its own path, beside whatever else the image has in that directory. */
export const fileMounts = ({ spec }: ManifestInput) =>
  spec.files.map(({ path }, i) => ({ name: FILES_VOLUME, mountPath: path, subPath: keyOf(path, i), readOnly: true }));
