import { type ConfigKind, type ConfigRef, configRefs, isSameSet } from "#lib/apps/spec/config-schema";
import { OWN_VOLUMES } from "#lib/apps/spec/storage-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { given, type Manifest, type ManifestInput, metadata } from "./object.ts";

const OBJECT_KINDS = { config: "ConfigMap", secret: "Secret" } as const satisfies Record<ConfigKind, string>;

/**
 * Dots, which neither an app's nor a set's name has, keep "shop" with "web-api" and "shop-web" with "api" apart. The number
 * is enough to tell versions apart, as none is ever written twice; a hash of a secret would say something about its value.
 */
const objectName = ({ app }: { app: { name: string } }, { name, version }: ConfigRef): string =>
  `${app.name}.${name}.v${version}`;

/** What pods of a Spec are made with, as "ConfigMap/<name>": by these a pod proves which versions it runs. */
export const configObjectsOf = (input: { app: { name: string }; spec: Pick<AppSpec, "config"> }): string[] =>
  configRefs(input.spec.config).map((ref) => `${OBJECT_KINDS[ref.kind]}/${objectName(input, ref)}`);

/** An object for each version, which never changes: pods of an earlier release keep the one that they were made with. */
export function configObjects(input: ManifestInput): Manifest[] {
  return (input.config ?? []).map((content): Manifest => {
    const frozen = { apiVersion: "v1", metadata: metadata(input, objectName(input, content)), immutable: true };
    if (content.kind === "config") return { ...frozen, kind: "ConfigMap", data: content.data };
    const data = Object.entries(content.data).map(([key, value]) => [key, base64(value)]);
    return { ...frozen, kind: "Secret", type: "Opaque", data: Object.fromEntries(data) };
  });
}

const base64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));

/** All keys of a version as variables; of two with the same key the later one counts, and `env` above all. */
export const configVariableSources = (input: ManifestInput) =>
  input.spec.config.flatMap((each) => {
    if (each.use !== "variables") return [];
    const ref = { name: objectName(input, each) };
    return [
      { ...given({ prefix: each.prefix }), ...(each.kind === "config" ? { configMapRef: ref } : { secretRef: ref }) },
    ];
  });

export const configVariables = (input: ManifestInput) =>
  input.spec.config.flatMap((each) => {
    if (each.use !== "variable") return [];
    const ref = { name: objectName(input, each), key: each.key };
    const valueFrom = each.kind === "config" ? { configMapKeyRef: ref } : { secretKeyRef: ref };
    return [{ name: each.variable, valueFrom }];
  });

const volumeName = ({ kind, name }: ConfigRef): string => `${OWN_VOLUMES}${kind}-${name}`;

/** One for each set, however many of its files go to different places. */
export function configVolumes(input: ManifestInput) {
  const mounted = input.spec.config.filter(({ use }) => use === "files");
  const sets = mounted.filter((each, i) => mounted.findIndex((one) => isSameSet(one, each)) === i);
  return sets.map((each) => {
    const name = objectName(input, each);
    const source = each.kind === "config" ? { configMap: { name } } : { secret: { secretName: name } };
    return { name: volumeName(each), ...source };
  });
}

export const configMounts = (input: ManifestInput) =>
  input.spec.config.flatMap((each) =>
    each.use === "files"
      ? [{ name: volumeName(each), mountPath: each.mountPath, ...given({ subPath: each.key }), readOnly: true }]
      : [],
  );
