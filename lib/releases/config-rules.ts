import {
  type ConfigKind,
  type ConfigRef,
  isSameSet,
  type SpecConfig,
  variableName,
} from "#lib/apps/spec/config-schema";
import { type AppSpec } from "#lib/apps/spec-schema";

type Problem = { path: (string | number)[]; message: string };

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
