import { z } from "zod";
import { appName } from "#lib/apps/spec-schema";
import { publicError } from "#lib/platform/steps";
import { objectChange, specChange } from "../drift/schema.ts";

/** Where an import would go and whose it would be. */
export const importPlace = z.object({ teamId: z.uuid(), environmentId: z.uuid() });

/** A workload of an environment that is no service's yet. */
export const foundWorkload = z.object({
  name: z.string(),
  kind: z.enum(["Deployment", "StatefulSet"]),
  image: z.string(),
  ready: z.number().int(),
  wanted: z.number().int(),
  createdAt: z.iso.datetime().nullable(),
  /** Why it cannot be imported; null when nothing speaks against it so far. */
  refusal: publicError.nullable(),
});
export type FoundWorkload = z.infer<typeof foundWorkload>;
export const listImportsResult = z.object({ rows: z.array(foundWorkload), namespace: z.string(), cluster: z.string() });
export type ListImportsResult = z.infer<typeof listImportsResult>;

export const previewImportInput = importPlace.extend({ name: z.string().min(1).max(253) });
export type PreviewImportInput = z.infer<typeof previewImportInput>;

export const importPreview = z.object({
  name: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  /** How it is read: every part of the Spec, in words. */
  reading: z.array(specChange),
  /** Paths of what the Spec does not say: nobody's hand is laid on it. */
  left: z.array(z.string()),
  /** Kinds beside it that stay others': Kepler makes none of its own. */
  leaves: z.array(z.string()),
  /** What the import changes, by the cluster's own dry run. */
  objects: z.array(objectChange),
  /** What the first release that makes new pods will bring along. */
  later: objectChange.nullable(),
  blockers: z.array(publicError),
  warnings: z.array(publicError),
  /** Names what was read: an import is of this and nothing else. */
  fingerprint: z.string(),
  checkedAt: z.iso.datetime(),
});
export type ImportPreview = z.infer<typeof importPreview>;

export const createImportInput = previewImportInput.extend({
  name: appName,
  fingerprint: z.string().min(1).max(64),
  reason: z.string().trim().max(500).nullable(),
  idempotencyKey: z.string().min(8).max(64),
});
export type CreateImportInput = z.infer<typeof createImportInput>;
export const createImportResult = z.object({ appId: z.uuid(), name: appName, releaseId: z.uuid() });
