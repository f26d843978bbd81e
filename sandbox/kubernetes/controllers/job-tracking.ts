import { jobs, pods } from "../kinds/index.ts";
import { type Job, type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { isFinished, podsOf, statusWriter, withoutFinalizer, writer } from "./pods-of.ts";

/** The finalizer that holds a finished pod until it has been counted. */
export const TRACKING = "batch.kubernetes.io/job-tracking";

/** Changes a job's status; returns the job as it is then. */
export function setJobStatus(resources: Resources, job: Job, change: (status: Job["status"]) => void): Job {
  resources.modify(jobs, job, (draft) => change(draft.status), statusWriter);
  return resources.store.get(jobs, job.metadata.namespace, job.metadata.name) ?? job;
}

export const release = (resources: Resources, pod: Pod): void =>
  resources.modify(pods, pod, (draft) => withoutFinalizer(draft, TRACKING), writer);

/** Adds the pods that have newly ended to the job's counts, each exactly once; one that was deleted has failed. */
export function countEnded(resources: Resources, job: Job): Job {
  let counted = job;
  for (const pod of podsOf(resources, job)) {
    const lost = pod.metadata.deletionTimestamp !== undefined && pod.metadata.deletionGracePeriodSeconds === 0;
    if (pod.metadata.finalizers?.includes(TRACKING) !== true || !(isFinished(pod) || lost)) continue;
    counted = setJobStatus(resources, counted, (status) => {
      if (pod.status.phase === "Succeeded") status.succeeded = (status.succeeded ?? 0) + 1;
      else status.failed = (status.failed ?? 0) + 1;
    });
    release(resources, pod);
  }
  return counted;
}
