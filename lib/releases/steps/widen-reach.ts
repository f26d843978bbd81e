import "server-only";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { widened } from "../manifests/egress.ts";
import { type Manifest } from "../manifests/object.ts";
import { type StepContext } from "./step-context.ts";

/**
 * While pods of two releases run, each may call what it may call by itself: what says where they may call lets through what it
 * let through before too. `shutLast` narrows it again.
 */
export async function widenReach(
  { kubernetes, signal }: StepContext,
  manifests: readonly Manifest[],
): Promise<Manifest[]> {
  return Promise.all(
    manifests.map(async (manifest) => {
      const { kind, metadata } = manifest;
      if (kind !== KINDS.sidecar.kind) return manifest;
      const { name, namespace } = metadata;
      return widened(manifest, await kubernetes.get({ ...KINDS.sidecar, name, namespace }, { signal }));
    }),
  );
}
