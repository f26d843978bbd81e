import { z } from "zod";

/** What the cluster would make of a pod of the service in the mesh, as its dry run says. */
export const meshPreflight = z.object({
  /** Null where no pod could be tried. */
  proxy: z
    .object({
      version: z.string().nullable(),
      revision: z.string().nullable(),
      /** It starts before the program and ends after it. */
      isNative: z.boolean(),
      /** As Kubernetes writes them: "100m", "128Mi". */
      cpuRequest: z.string().nullable(),
      memoryRequest: z.string().nullable(),
      /** Does the kubelet ask through the proxy? Null without a probe that could be rewritten. */
      probesRewritten: z.boolean().nullable(),
    })
    .nullable(),
});
export type MeshPreflight = z.infer<typeof meshPreflight>;
