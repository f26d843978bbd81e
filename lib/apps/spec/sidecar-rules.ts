import { type Problem } from "./problem.ts";
import { type Sidecar } from "./sidecar-schema.ts";
import { type StoredSettings } from "./stored-schema.ts";

/** Does it say anything? */
export const saysNothing = (sidecar: Sidecar): boolean =>
  Object.values(sidecar).every(
    (value) => value === null || value === false || (Array.isArray(value) && value.length === 0),
  );

const LISTS = ["excludeInboundPorts", "excludeOutboundPorts", "excludeOutboundRanges"] as const;

/** What is wrong with the proxy's settings as a whole: what says nothing is to be left out. */
export function sidecarProblems({ sidecar, exposure }: Pick<StoredSettings, "sidecar" | "exposure">): Problem[] {
  if (sidecar === undefined) return [];
  if (saysNothing(sidecar)) return [{ path: ["sidecar"], message: "sidecar.empty" }];
  const twice = LISTS.flatMap((list) => {
    const values: readonly (string | number)[] = sidecar[list];
    return values.flatMap((value, i) =>
      values.indexOf(value) < i ? [{ path: ["sidecar", list, i], message: "duplicate" }] : [],
    );
  });
  const limited = new Set(exposure?.routes.filter(({ traffic }) => traffic?.rateLimit).map(({ port }) => port));
  const unlimited = sidecar.excludeInboundPorts.flatMap((port, i) =>
    limited.has(port) ? [{ path: ["sidecar", "excludeInboundPorts", i], message: "sidecar.limited-port" }] : [],
  );
  return [...twice, ...unlimited];
}
