import "server-only";
import { configRefs, type SpecConfig } from "#lib/apps/spec/config-schema";
import { type Db } from "#lib/platform/db";
import { clearEntries, readStored } from "./stored-entries.ts";

/** A line of a longer secret (a key file) is masked where it stands alone; shorter lines are ordinary words as well. */
const SHORTEST_LINE = 8;
/** Older versions are in no pod, unless a Spec names them. */
const NEWEST = 20;

/**
 * Every form in which a service's secrets may be written somewhere: in clear, line by line, and as Kubernetes encodes them.
 * Of the newest versions, and of those that are `named`: pods keep theirs however many were saved since.
 */
export async function secretValuesOf(
  db: Pick<Db, "configSet" | "configVersion">,
  here: { appId: string; environmentId: string },
  named: readonly SpecConfig[],
): Promise<string[]> {
  const secrets = configRefs(named).filter(({ kind }) => kind === "secret");
  const [sets, inPods] = await Promise.all([
    db.configSet.findMany({
      where: { ...here, kind: "secret" },
      select: { versions: { orderBy: { number: "desc" }, take: NEWEST, select: { entries: true } } },
    }),
    db.configVersion.findMany({
      where: { OR: secrets.map(({ kind, name, version }) => ({ set: { ...here, kind, name }, number: version })) },
      select: { entries: true },
    }),
  ]);
  const versions = [...sets.flatMap((set) => set.versions), ...inPods];
  const stored = versions.flatMap(({ entries }) => readStored(entries));
  const envelopes = new Map(stored.map((entry) => [entry.value, entry]));
  const values = clearEntries(
    "secret",
    [...envelopes.values()].filter(({ value }) => value !== null),
  );
  return [...new Set(values.flatMap(({ value }) => formsOf(value)))];
}

function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST_LINE);
  return [value, value.trim(), ...lines, Buffer.from(value).toString("base64")].filter((form) => form !== "");
}
