import "server-only";
import { outsideError } from "#lib/apps/spec/domain-rules";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { ownSystems } from "#lib/clusters/connect-systems";
import { type Db, db as ownDb } from "#lib/platform/db";
import { findRefused } from "../callers/find-refused.ts";
import { whyNoCanary } from "../canary/why-no-canary.ts";
import { findShutCalls } from "../egress/find-shut-calls.ts";
import { configMoves } from "../plan/config-rules.ts";
import { planRelease } from "../plan/plan-release.ts";
import { takenRoute } from "../routes/taken-routes.ts";
import { type AskedTogether, type ReleaseIntent, type ReleasePreview } from "../schema.ts";
import { podEffect } from "./effect-rules.ts";
import { examineRelease } from "./examine-release.ts";
import { expectedReleaseMs } from "./expected-duration.ts";
import { specChanges } from "./spec-diff-rules.ts";
import { takenBack } from "./taken-back.ts";

export type PreviewDeps = {
  db: Db;
  kubernetes(cluster: { context: string }): Kubernetes;
  /** Who is asked about callers, where anybody is. */
  prometheus?: Prometheus | null;
  now(): Date;
};
const ownDeps = (): PreviewDeps => ({
  db: ownDb(),
  kubernetes: connectCluster,
  prometheus: ownSystems().prometheus,
  now: () => new Date(),
});

/**
 * What a release with this intent would change, object by object, as the cluster's own dry run says
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run). Changes nothing. Throws what planning throws,
 * and Unavailable when the cluster cannot be asked.
 */
export async function previewRelease(
  appId: string,
  intent: ReleaseIntent & AskedTogether,
  { signal }: { signal: AbortSignal },
  deps: PreviewDeps = ownDeps(),
): Promise<ReleasePreview> {
  const { db } = deps;
  const plan = await planRelease(db, appId, intent, deps.now());
  const { app, environment, basis, spec, number } = plan;
  const kubernetes = deps.kubernetes(environment.cluster);
  const measured = { prometheus: deps.prometheus ?? null, now: deps.now(), signal };
  const [{ objects, conflicts, gates, running, mesh }, expectedMs, noCanary, taken, takesBack, refused, shut] =
    await Promise.all([
      examineRelease(plan, intent, { db, kubernetes, now: deps.now(), signal }),
      expectedReleaseMs(db, { appId, environmentId: environment.id }),
      whyNoCanary(db, plan),
      takenRoute(db, plan),
      takenBack(db, plan),
      findRefused(plan, { db, ...measured }),
      findShutCalls(plan, measured),
    ]);
  const outside = outsideError(basis?.spec.exposure ?? null, spec.exposure, environment);
  return {
    nextNumber: number,
    current: basis?.number ?? null,
    changes: specChanges(basis?.spec ?? null, spec),
    takesBack,
    config: configMoves(basis?.spec ?? null, spec),
    environment: environment.name,
    objects,
    conflicts,
    hold: plan.hold,
    blockers: [
      ...(outside ? [{ ...outside, gate: "host-outside" }] : []),
      ...(taken ? [{ ...taken, gate: "route-taken" }] : []),
      ...gates.filter(({ blocks }) => blocks).map(({ gate, error }) => ({ ...error, gate })),
    ],
    warnings: [...gates, ...refused, ...shut]
      .filter(({ blocks }) => !blocks)
      .map(({ gate, error }) => ({ ...error, gate })),
    effect: { ...podEffect(basis?.spec ?? null, spec, app, running), expectedMs },
    noCanary,
    mesh,
    checkedAt: deps.now().toISOString(),
    cluster: environment.cluster.name,
  };
}
