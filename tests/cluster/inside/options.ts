import { z } from "zod";

/** What the cluster's first process is told, as one JSON argument. */
export const insideOptions = z.object({
  /** Folder for everything that the cluster writes. */
  state: z.string(),
  /** Folder of Kubernetes' own programs. */
  binaries: z.string(),
  /** Folder of istiod; null leaves it out. */
  istio: z.string().nullable(),
  /** Cgroup under which its pods run, in every hierarchy. */
  cgroup: z.string(),
  /** The same inside and outside, so that an image has one name. */
  registryPort: z.number(),
  pauseImage: z.string(),
});
export type InsideOptions = z.infer<typeof insideOptions>;
