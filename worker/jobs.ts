import { provisionJob } from "#lib/apps/provision-job";
import { type ProvisionWorld } from "#lib/apps/provision-world";
import { reconcileProvision } from "#lib/apps/reconcile";
import { buildJob } from "#lib/builds/build-job";
import { type BuildWorld } from "#lib/builds/build-world";
import { reconcileBuild } from "#lib/builds/reconcile";
import { type Job, type JobHandler } from "#lib/platform/queue";
import { workOffBulk } from "#lib/releases/bulk/work-off-bulk";
import { bulkJob, leaseJob, podDeletionJob, releaseJob } from "#lib/releases/jobs";
import { endLease } from "#lib/releases/lease/end-lease";
import { deletePod } from "#lib/releases/pods/delete-pod";
import { reconcileRelease } from "#lib/releases/reconcile";
import { type ReconcileReleaseDeps } from "#lib/releases/steps/step-context";
import { reconcileRetirement } from "#lib/retire/reconcile";
import { retireJob } from "#lib/retire/retire-job";
import { type RetireWorld } from "#lib/retire/retire-world";
import { endRestOf, terminalRestJob } from "#lib/terminal/end-rest";

/** What the reconcilers stand on; a world is null while a system that it needs is not configured. */
export type Worlds = {
  provision: ProvisionWorld | null;
  build: BuildWorld | null;
  release: ReconcileReleaseDeps;
  retire: RetireWorld;
};

/** Every kind of work that this process does, with what does it. */
export function catalogue({ provision, build, release, retire }: Worlds): { job: Job; handler: JobHandler }[] {
  return [
    ...(provision ? [{ job: provisionJob, handler: handle(reconcileProvision, provision) }] : []),
    ...(build ? [{ job: buildJob, handler: handle(reconcileBuild, build) }] : []),
    { job: releaseJob, handler: handle(reconcileRelease, release) },
    { job: bulkJob, handler: handle(workOffBulk, release) },
    { job: podDeletionJob, handler: handle(deletePod, release) },
    { job: leaseJob, handler: handle(endLease, release) },
    { job: terminalRestJob, handler: handle(endRestOf, release) },
    { job: retireJob, handler: handle(reconcileRetirement, retire) },
  ];
}

const handle =
  <World>(
    reconcile: (world: World, key: string, call: { signal: AbortSignal }) => ReturnType<JobHandler>,
    world: World,
  ) =>
  (key: string, call: { signal: AbortSignal }) =>
    reconcile(world, key, call);
