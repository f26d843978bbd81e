import { isRecord, same } from "../ownership-rules.ts";

/** What the API server fills in by itself, with the value that says nothing. */
const DEFAULTS: Record<string, unknown> = {
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  dnsPolicy: "ClusterFirst",
  restartPolicy: "Always",
  schedulerName: "default-scheduler",
  revisionHistoryLimit: 10,
  securityContext: {},
  resources: {},
  creationTimestamp: null,
};
/** By which field elements of a list are the same element, as the API merges them. */
const LIST_KEYS = ["name", "mountPath", "containerPort", "topologyKey", "ip"];

/**
 * Paths at which an object says something that another one does not: what Kepler does not name and therefore leaves as it is.
 * The outermost path of each, in the spelling of field conflicts.
 */
export function unsaid(live: unknown, wanted: unknown, path = ""): string[] {
  if (isRecord(live) && isRecord(wanted)) {
    return Object.entries(live).flatMap(([name, value]) => {
      if (name in DEFAULTS && same(value, DEFAULTS[name])) return [];
      return name in wanted ? unsaid(value, wanted[name], `${path}.${name}`) : [`${path}.${name}`];
    });
  }
  if (!Array.isArray(live) || !Array.isArray(wanted)) return [];
  const key = LIST_KEYS.find((name) => live.every((each) => isRecord(each) && name in each));
  if (key === undefined) return [];
  return live.flatMap((each: unknown) => {
    const value = isRecord(each) ? each[key] : undefined;
    const at = `${path}[${key}=${JSON.stringify(value)}]`;
    const match: unknown = wanted.find((other: unknown) => isRecord(other) && other[key] === value);
    return match === undefined ? [at] : unsaid(each, match, at);
  });
}
