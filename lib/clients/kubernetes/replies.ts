import "server-only";
import { z } from "zod";

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z
    .string()
    .nullish()
    .transform((time) => time ?? undefined),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  ownerReferences: z
    .array(
      z.looseObject({
        apiVersion: z.string(),
        kind: z.string(),
        name: z.string(),
        uid: z.string(),
        controller: z.boolean().optional(),
      }),
    )
    .optional(),
});

export const objectReply = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });

/** Items of a list come without `apiVersion` and `kind`: the list has said them once. */
export const listReply = z.object({
  metadata: z.object({ resourceVersion: z.string().default(""), continue: z.string().optional() }),
  items: z.array(z.looseObject({ metadata })).nullable(),
});

export const watchLine = z.object({
  type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]),
  object: z.unknown(),
});
/** A bookmark's object carries nothing but its resourceVersion. */
export const bookmarkObject = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

export const reviewReply = z.object({ status: z.object({ allowed: z.boolean() }) });
export const versionReply = z.object({ gitVersion: z.string(), platform: z.string().optional() });
export const groupsReply = z.object({ groups: z.array(z.object({ name: z.string() })) });
export const resourcesReply = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
export const anyReply = z.looseObject({});
