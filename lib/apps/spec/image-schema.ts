import { z } from "zod";

/** "sha256:" and 64 hex digits (OCI image spec, descriptor digests). */
export const imageDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const specImage = z.object({
  /** registry/repository without tag or digest. */
  repository: z.string().min(1).max(255),
  digest: imageDigest,
  /** For people only: what runs is the digest. */
  tag: z.string().max(128).optional(),
  commitSha: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .optional(),
});
