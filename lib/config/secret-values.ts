import "server-only";
import { type Db } from "#lib/platform/db";
import { clearEntries, readStored } from "./stored-entries.ts";

/** A line of a longer secret (a key file) is masked where it stands alone; shorter lines are ordinary words as well. */
const SHORTEST_LINE = 8;
/** Versions of each set whose values may still be in some pod. */
const NEWEST = 20;

/** Every form in which a service's secrets may be written somewhere: in clear, line by line, and as Kubernetes encodes them. */
export async function secretValuesOf(
  db: Pick<Db, "configSet">,
  here: { appId: string; environmentId: string },
): Promise<string[]> {
  const sets = await db.configSet.findMany({
    where: { ...here, kind: "secret" },
    select: { versions: { orderBy: { number: "desc" }, take: NEWEST, select: { entries: true } } },
  });
  const stored = sets.flatMap(({ versions }) => versions.flatMap(({ entries }) => readStored(entries)));
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
