import "server-only";
import { createHash } from "node:crypto";
import { renderManifests } from "../manifests.ts";
import { changeOf, type Examined, examineRelease } from "../preview/examine-release.ts";
import { specChanges } from "../preview/spec-diff-rules.ts";
import { tryObject } from "../preview/try-objects.ts";
import { ledgerKeyOf } from "../steps/apply.ts";
import { unsaid } from "./left-rules.ts";
import { ownImportDeps } from "./list-imports.ts";
import { type ImportDeps, type Read, readFound } from "./read-found.ts";
import { type ImportPreview, type PreviewImportInput } from "./schema.ts";

/** An import as it would be now: read, and tried by the cluster's own dry run. */
export type Examination = Read & Examined & { fingerprint: string };

export async function examineImport(
  input: PreviewImportInput,
  signal: AbortSignal,
  deps: ImportDeps,
): Promise<Examination & { kubernetes: Awaited<ReturnType<typeof readFound>>["kubernetes"] }> {
  const read = await readFound(deps, input, signal);
  const { kubernetes, plan, found, spec } = read;
  const examined = await examineRelease(plan, {}, { db: deps.db, kubernetes, now: deps.now(), signal });
  const said = JSON.stringify([found.metadata.uid, found.metadata.generation, spec]);
  const fingerprint = createHash("sha256").update(said).digest("hex").slice(0, 32);
  return { ...read, ...examined, fingerprint };
}

/**
 * How a Deployment is read into a Spec, what the Spec leaves alone, what the import would change and what would come with the
 * first new pods. Changes nothing. Throws what speaks against the import, and Unavailable when the cluster cannot be asked.
 */
export async function previewImport(
  input: PreviewImportInput,
  { signal }: { signal: AbortSignal },
  deps: ImportDeps = ownImportDeps(),
): Promise<ImportPreview> {
  const { object, spec, plan, objects, gates, fingerprint, kubernetes } = await examineImport(input, signal, deps);
  const { app, environment } = plan;
  const { namespace, cluster } = environment;
  const workload = renderManifests({ app, namespace, spec, releaseNumber: 1, podRelease: 1 }).find(
    ({ kind }) => kind === "Deployment",
  );
  // Tried as if it were Kepler's already: what others wrote then gives way, as it will once somebody has decided so.
  const full = workload && (await tryObject({ kubernetes, signal }, workload, [ledgerKeyOf(workload)]));
  const only = (blocks: boolean) => gates.filter((gate) => gate.blocks === blocks).map(({ error }) => error);
  return {
    name: app.name,
    namespace,
    cluster: cluster.name,
    reading: specChanges(null, spec),
    left: unsaid(object.spec, workload?.spec, ".spec"),
    leaves: spec.adopted?.leaves ?? [],
    objects,
    later: full ? changeOf(full) : null,
    blockers: only(true),
    warnings: only(false),
    fingerprint,
    checkedAt: deps.now().toISOString(),
  };
}
