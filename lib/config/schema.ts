import { z } from "zod";
import { configKey, configKind, configName } from "#lib/apps/spec/config-schema";
import { entriesProblems } from "./entries-rules.ts";

const versionNumber = z.number().int().positive().max(2_147_483_647);
const reason = z.string().trim().max(500).nullable();

/** One key with what it says. */
export const configEntry = z.object({ key: configKey, value: z.string() });
export type ConfigEntry = z.infer<typeof configEntry>;

/** As it is sent and shown: null keeps, and stands for, the value of a secret, which nobody gets to read. */
export const shownEntry = z.object({ key: configKey, value: z.string().nullable() });
export type ShownEntry = z.infer<typeof shownEntry>;

const sentEntries = z
  .array(shownEntry)
  .max(500)
  .superRefine((entries, ctx) => {
    for (const problem of entriesProblems(entries)) ctx.addIssue({ code: "custom", ...problem });
  });

/** A megabyte of text as JSON, in which a line's end and a quote take two characters each. */
export const CONFIG_BODY_BYTES = 4 * 1024 * 1024;

const set = { kind: configKind, name: configName };

/** Whoever writes says which version they began from; 0 = none: the set begins with this one. */
const beginsFrom = z.number().int().min(0).max(2_147_483_647);
export const saveConfigInput = z.object({
  environmentId: z.uuid(),
  ...set,
  expectedVersion: beginsFrom,
  entries: sentEntries,
  reason,
});
export type SaveConfigInput = z.infer<typeof saveConfigInput>;
export const saveConfigResult = z.object({ version: versionNumber });

/** Write a new version that says what an older one did. */
export const restoreConfigInput = z.object({
  environmentId: z.uuid(),
  ...set,
  expectedVersion: beginsFrom,
  version: versionNumber,
  reason,
});
export type RestoreConfigInput = z.infer<typeof restoreConfigInput>;

export const configVersionView = z.object({
  version: versionNumber,
  /** Of all values together, in clear. */
  bytes: z.number().int(),
  restores: versionNumber.nullable(),
  reason: z.string().nullable(),
  savedBy: z.string().nullable(),
  savedAt: z.iso.datetime(),
});
export type ConfigVersionView = z.infer<typeof configVersionView>;

/** A set by its newest version. */
export const configSetView = configVersionView.extend({ ...set, keys: z.array(z.string()) });
export type ConfigSetView = z.infer<typeof configSetView>;

const place = { environment: z.string().max(80) };
export const listConfigInput = z.object(place);
export const listConfigResult = z.object({ rows: z.array(configSetView) });

export const configSetInput = z.object({ ...place, ...set });
/** Newest first, at most MOST_LISTED. */
export const listConfigVersionsResult = z.object({ rows: z.array(configVersionView), total: z.number().int() });
export type ConfigVersions = z.infer<typeof listConfigVersionsResult>;
export const MOST_LISTED = 200;

export const configEntriesInput = configSetInput.extend({
  version: z.coerce.number().pipe(versionNumber),
});
export const configEntriesView = z.object({ version: versionNumber, entries: z.array(shownEntry) });
export type ConfigEntriesView = z.infer<typeof configEntriesView>;

/** `from` 0 = nothing: what the version brought all in all. */
export const configDiffInput = configSetInput.extend({
  from: z.coerce.number().pipe(beginsFrom),
  to: z.coerce.number().pipe(versionNumber),
});
/** Of a secret only that a key came, went or changed: `before` and `after` are null. */
export const configChange = z.object({
  key: configKey,
  change: z.enum(["added", "removed", "changed"]),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export const configDiffView = z.object({ from: beginsFrom, to: versionNumber, changes: z.array(configChange) });
