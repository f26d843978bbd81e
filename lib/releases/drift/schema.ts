import { z } from "zod";
import { configKind } from "#lib/apps/spec/config-schema";

/** A field of one of the service's objects in its environment: `.spec.replicas` of the apps/v1/Deployment "shop". */
export const fieldRef = z.object({
  /** "<apiVersion>/<Kind>", as in the ledger. */
  kind: z.string().min(1).max(200),
  name: z.string().min(1).max(253),
  field: z.string().min(1).max(2000),
});
export type FieldRef = z.infer<typeof fieldRef>;

/** A field that the release takes from another manager; only what that manager had done by then. */
export const takenField = fieldRef.extend({
  manager: z.string().min(1).max(128),
  at: z.iso.datetime().nullable(),
});
export type TakenField = z.infer<typeof takenField>;

/** As they are kept with a release; null for none. */
export const takenFields = z
  .array(takenField)
  .nullable()
  .transform((fields) => fields ?? []);

/** A field whose value, as somebody else left it, goes into the new Spec; null where they took it away. */
export const keptField = fieldRef.extend({ value: z.json() });

/** Why a value that stands in the cluster cannot be taken into a Spec. */
export const WHY_NOT_KEEP = ["not-expressed", "no-digest", "unreadable", "not-allowed"] as const;
export type WhyNotKeep = (typeof WHY_NOT_KEEP)[number];

/** One changed value in words: `field` is a message key, before/after are printable. */
export const specChange = z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() });
export type SpecChange = z.infer<typeof specChange>;

/** A set of which another version is taken than before; null where none was, or is any more. */
export const configMove = z.object({
  kind: configKind,
  name: z.string(),
  from: z.number().int().nullable(),
  to: z.number().int().nullable(),
});
export type ConfigMove = z.infer<typeof configMove>;

export const objectChange = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
  action: z.enum(["create", "update", "delete", "unchanged"]),
  /** YAML as it is now and as the cluster's own dry run says it would be; null where there is none. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  warnings: z.array(z.string()),
});
export type ObjectChange = z.infer<typeof objectChange>;

/** What somebody other than Kepler made of a field that Kepler manages: from what Kepler wants to what stands there. */
export const foreignField = fieldRef.extend({
  /** `field` is a key of `releases.change` where the Spec has words for it, else the path. */
  change: specChange,
  value: z.json(),
  /** Null when nobody owns it any more: it was taken away. */
  manager: z.string().nullable(),
  at: z.iso.datetime().nullable(),
  whyNotKeep: z.enum(WHY_NOT_KEEP).nullable(),
});
export type ForeignField = z.infer<typeof foreignField>;

/** One that the release would overwrite, with what the intent says about it. */
export const fieldConflict = foreignField.extend({ decision: z.enum(["open", "take-over", "keep"]) });
export type FieldConflict = z.infer<typeof fieldConflict>;

/** What stands in an environment beside what its last release applied. */
export const driftView = z.object({
  /** Null where nothing was released, or something is on its way: then there is nothing to compare with. */
  release: z.number().int().nullable(),
  fields: z.array(foreignField),
  missing: z.array(fieldRef.omit({ field: true })),
  checkedAt: z.iso.datetime(),
});
export type DriftView = z.infer<typeof driftView>;
