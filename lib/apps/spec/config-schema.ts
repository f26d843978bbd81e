import { z } from "zod";
import { containerPath, dnsLabel } from "./names-schema.ts";

/** What holds a service's configuration: plain, or write-only. */
export const CONFIG_KINDS = ["config", "secret"] as const;
export const configKind = z.enum(CONFIG_KINDS);
export type ConfigKind = z.infer<typeof configKind>;

/** The name of a set, unique among its kind in an app and environment. */
export const configName = dnsLabel.min(1).max(40);

/** Key of a ConfigMap or Secret (https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object). */
export const configKey = z
  .string()
  .max(253)
  .regex(/^(?!\.\.?$)(?!\.\.)[-._a-zA-Z0-9]+$/, "config.key");

export const variableName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "env.name");
const variablePrefix = z.union([z.literal(""), variableName]);

const version = { kind: configKind, name: configName, version: z.number().int().positive().max(2_147_483_647) };

/** One version of a set, and how pods get it: all keys as variables, one key as a variable, or files. */
export const specConfig = z.discriminatedUnion("use", [
  z.object({ use: z.literal("variables"), ...version, prefix: variablePrefix.default("") }),
  z.object({ use: z.literal("variable"), ...version, key: configKey, variable: variableName }),
  z.object({
    use: z.literal("files"),
    ...version,
    /** A directory with a file for each key; with `key` the path of that one file, beside what the image has there. */
    mountPath: containerPath,
    key: configKey.nullable().default(null),
  }),
]);
export type SpecConfig = z.infer<typeof specConfig>;
/** Which version of which set, whatever it is used for. */
export type ConfigRef = Pick<SpecConfig, "kind" | "name" | "version">;

/** Is it the same set, in whatever version? */
export const isSameSet = (a: Omit<ConfigRef, "version">, b: Omit<ConfigRef, "version">): boolean =>
  a.kind === b.kind && a.name === b.name;

/** The versions that are named, each once. */
export function configRefs(config: readonly SpecConfig[]): ConfigRef[] {
  const refs = config.map(({ kind, name, version }) => ({ kind, name, version }));
  return refs.filter((ref, i) => refs.findIndex((one) => isSameSet(one, ref) && one.version === ref.version) === i);
}
