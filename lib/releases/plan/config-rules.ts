import { type ConfigRef, isSameSet, type SpecConfig, variableName } from "#lib/apps/spec/config-schema";
import { type Problem } from "#lib/apps/spec/problem";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type ConfigMove } from "../drift/schema.ts";

/** What pods could not be given as the Spec says it, each place by its path and a message key. `known` has each version's keys. */
export function unusableConfig(
  config: readonly SpecConfig[],
  known: readonly (ConfigRef & { keys: readonly string[] })[],
): Problem[] {
  return config.flatMap((each, i): Problem[] => {
    const keys = known.find((one) => isSameSet(one, each) && one.version === each.version)?.keys ?? [];
    if (each.use === "variables") {
      const strange = keys.some((key) => !variableName.safeParse(`${each.prefix}${key}`).success);
      return strange ? [{ path: ["config", i, "use"], message: "config.no-variable" }] : [];
    }
    return each.key !== null && !keys.includes(each.key)
      ? [{ path: ["config", i, "key"], message: "config.no-such-key" }]
      : [];
  });
}

/** Which sets a Spec takes in another version than the one before, so that what they say can be compared line by line. */
export function configMoves(before: Pick<AppSpec, "config"> | null, after: Pick<AppSpec, "config">): ConfigMove[] {
  const was = before?.config ?? [];
  const all = [...after.config, ...was];
  const sets = all.filter((each, i) => all.findIndex((one) => isSameSet(one, each)) === i);
  return sets.flatMap(({ kind, name }): ConfigMove[] => {
    const versionIn = (config: readonly SpecConfig[]) =>
      config.find((one) => isSameSet(one, { kind, name }))?.version ?? null;
    const [from, to] = [versionIn(was), versionIn(after.config)];
    return from === to ? [] : [{ kind, name, from, to }];
  });
}
