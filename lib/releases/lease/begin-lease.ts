import "server-only";
import { isAutoscaled } from "#lib/apps/scaling-rules";
import { type Tx } from "#lib/platform/db";
import { Invalid } from "#lib/platform/errors";
import { leaseJob, type ReleaseDeps } from "../jobs.ts";
import { type ReleasePlan } from "../plan/plan-release.ts";
import { mayEndAt } from "./lease-rules.ts";

type Leased = { id: string; until: string | undefined };

/**
 * With a scale release that has an end: writes when it ends and what it goes back to. A lease already on there is taken
 * over, its number before included. Throws Invalid where there is nothing to go back to, or nobody owns the number.
 */
export async function beginLease(
  tx: Tx,
  plan: ReleasePlan,
  release: Leased,
  { enqueue, now }: Pick<ReleaseDeps, "enqueue" | "now">,
): Promise<void> {
  if (release.until === undefined) return;
  const dueAt = new Date(release.until);
  if (!mayEndAt(dueAt, now())) throw refused("The end must lie in the future, at most a month away.");
  if (!plan.basis) throw refused("Nothing runs there yet, so there is no number of pods to go back to.");
  if (isAutoscaled(plan.spec)) throw refused("An autoscaler owns the number of pods there.");
  const here = { appId: plan.app.id, environmentId: plan.environment.id };
  const before = await tx.scaleLease.findFirst({ where: { ...here, endedAt: null }, select: { backTo: true } });
  await tx.scaleLease.updateMany({
    where: { ...here, endedAt: null },
    data: { endedAt: now(), outcome: "replaced" },
  });
  const lease = { replicas: plan.spec.replicas, backTo: before?.backTo ?? plan.basis.spec.replicas, dueAt };
  const { id } = await tx.scaleLease.create({ data: { ...here, releaseId: release.id, ...lease } });
  await enqueue(tx, leaseJob, id, { startAfterMs: dueAt.getTime() - now().getTime() });
}

const refused = (message: string) =>
  new Invalid(message, {
    fields: [{ path: "leaseUntil", message: "release.lease" }],
    next: "Scale without an end, or choose another.",
  });
