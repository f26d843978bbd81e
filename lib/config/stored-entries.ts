import "server-only";
import { z } from "zod";
import { type ConfigKind, configKey } from "#lib/apps/spec/config-schema";
import { open, seal } from "#lib/platform/crypto";
import { Invalid } from "#lib/platform/errors";
import { type ConfigEntry, type ShownEntry } from "./schema.ts";

/** As rows hold them. A secret's value is an envelope; null once it was erased with its service. */
const storedEntries = z.array(z.object({ key: configKey, value: z.string().nullable() }));
export type StoredEntry = z.infer<typeof storedEntries>[number];
export const readStored = (json: unknown): StoredEntry[] => storedEntries.parse(json);

/** What people may see: a secret's keys without its values. */
export const shownEntries = (kind: ConfigKind, stored: readonly StoredEntry[]): ShownEntry[] =>
  stored.map(({ key, value }) => ({ key, value: kind === "secret" ? null : value }));

/** In clear, for the cluster and for masks: never for an answer. */
export const clearEntries = (kind: ConfigKind, stored: readonly StoredEntry[]): ConfigEntry[] =>
  stored.map(({ key, value }) => {
    if (value === null) throw new Invalid("The values of this secret were erased when its service was retired.");
    return { key, value: kind === "secret" ? open(value) : value };
  });

/**
 * What was sent as it is stored, on top of the version that it began from. A value that is kept, or sent as it was, keeps
 * its envelope: so versions of a secret compare without being opened. Throws Invalid for a value that is nowhere.
 */
export function toStored(
  kind: ConfigKind,
  sent: readonly ShownEntry[],
  before: readonly StoredEntry[],
): { key: string; value: string }[] {
  return sent.map(({ key, value }, i) => {
    const kept = before.find((entry) => entry.key === key)?.value ?? null;
    if (value === null) {
      if (kind === "secret" && kept !== null) return { key, value: kept };
      throw new Invalid("A value is missing.", {
        fields: [{ path: `entries.${i}.value`, message: "config.value-needed" }],
      });
    }
    if (kind === "config") return { key, value };
    return { key, value: kept !== null && open(kept) === value ? kept : seal(value) };
  });
}
