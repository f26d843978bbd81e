import { jobs, pods } from "../kinds/index.ts";
import { type Condition, type Job, type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { conditionOf, isReady, timeText, withCondition } from "./conditions.ts";
import { recorderFor } from "./event-recorder.ts";
import { completedIndexes, firstFreeIndex, jobPod } from "./job-indexes.ts";
import { countEnded, release, setJobStatus, TRACKING } from "./job-tracking.ts";
import { createPod, isFinished, podsOf } from "./pods-of.ts";
import { type Controller, keysOfOwner, splitKey } from "./work-queue.ts";

const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 600_000;

type Verdict = { type: "Complete" | "Failed"; reason: string; message: string };

export const isOver = (job: Job): boolean => verdictOf(job) !== undefined;
export const verdictOf = (job: Job): Condition | undefined =>
  job.status.conditions?.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");

/** Runs pods until enough of them have succeeded, or too many have failed. `scale` shortens the wait after a failure. */
export function jobController(resources: Resources, scale: number): Controller {
  const { now, store } = resources;
  const record = recorderFor(resources, "job-controller");

  const setStatus = (job: Job, change: (status: Job["status"]) => void): Job => setJobStatus(resources, job, change);
  const removePods = (job: Job, chosen: Pod[]): void => {
    for (const pod of chosen.filter((one) => one.metadata.deletionTimestamp === undefined)) {
      resources.delete(pods, pod.metadata.namespace, pod.metadata.name, {});
      record(job, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted pod: ${pod.metadata.name}` });
    }
  };
  const finish = (job: Job, verdict: Verdict): void => {
    const { type, reason, message } = verdict;
    removePods(
      job,
      podsOf(resources, job).filter((pod) => !isFinished(pod)),
    );
    // Whoever sees the verdict sees what it rests on.
    report(job);
    const aim = type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
    setStatus(job, (status) => {
      for (const each of [aim, type])
        status.conditions = withCondition(status.conditions, { type: each, status: "True", reason, message }, now());
      if (type === "Complete") status.completionTime = timeText(now());
    });
    if (type === "Complete") record(job, { type: "Normal", reason: "Completed", message: "Job completed" });
    else record(job, { type: "Warning", reason, message });
  };

  const create = (job: Job, taken: Pod[]): void => {
    const index = job.spec.completionMode === "Indexed" ? firstFreeIndex(job, taken) : undefined;
    const { template, metadata } = jobPod(job, index);
    createPod(
      resources,
      record,
      job,
      template,
      { ...metadata, finalizers: [TRACKING] },
      { created: (name) => `Created pod: ${name}`, failed: (why) => `Error creating: ${why}` },
    );
  };

  const reconcileLive = (found: Job): number | undefined => {
    const job = found.status.startTime === undefined && !found.spec.suspend ? setStatus(found, start(now)) : found;
    const { spec } = job;
    const all = podsOf(resources, job);
    const active = all.filter((pod) => !isFinished(pod) && pod.metadata.deletionTimestamp === undefined);
    const verdict = judge(job, active, now());
    if (verdict !== undefined) {
      finish(job, verdict);
      return 0;
    }
    if (spec.suspend) removePods(job, active);
    const suspension = suspensionOf(job);
    if (suspension !== undefined) {
      setStatus(job, (status) => {
        status.conditions = withCondition(status.conditions, { type: "Suspended", ...suspension }, now());
        if (spec.suspend) delete status.startTime;
      });
      const [reason, message] = spec.suspend ? ["Suspended", "Job suspended"] : ["Resumed", "Job resumed"];
      record(job, { type: "Normal", reason, message });
    }
    const left = spec.completions === undefined ? spec.parallelism : spec.completions - (job.status.succeeded ?? 0);
    const noMore = spec.completions === undefined && (job.status.succeeded ?? 0) > 0;
    const wanted = spec.suspend ? 0 : noMore ? active.length : Math.min(spec.parallelism, left);
    const wait = backOffLeft(job, all, scale, now());
    if (active.length > wanted) removePods(job, active.slice(wanted));
    else if (wait <= 0)
      for (let missing = wanted - active.length; missing > 0; missing -= 1) create(job, podsOf(resources, job));
    report(job);
    const deadline = spec.activeDeadlineSeconds;
    const untilDeadline =
      deadline === undefined ? Infinity : Date.parse(job.status.startTime ?? "") + deadline * 1000 - now().getTime();
    const again = Math.min(active.length < wanted && wait > 0 ? wait : Infinity, Math.max(0, untilDeadline));
    return Number.isFinite(again) ? again : undefined;
  };

  const report = (job: Job): void => {
    const live = podsOf(resources, job).filter((pod) => !isFinished(pod));
    const going = live.filter((pod) => pod.metadata.deletionTimestamp !== undefined);
    setStatus(job, (status) => {
      status.active = live.length - going.length;
      if (status.active === 0) delete status.active;
      status.ready = live.filter((pod) => isReady(pod) && !going.includes(pod)).length;
      status.terminating = going.length;
      if (job.spec.completionMode === "Indexed") status.completedIndexes = completedIndexes(podsOf(resources, job));
    });
  };

  return {
    name: "job",
    keysOf: (change) => keysOfOwner(jobs, change),
    reconcile: (key) => {
      const [namespace, name] = splitKey(key);
      const job = store.get(jobs, namespace, name);
      if (job === undefined) {
        for (const pod of store.list(pods, namespace))
          if (pod.metadata.labels?.["job-name"] === name && pod.metadata.deletionTimestamp !== undefined)
            release(resources, pod);
        return undefined;
      }
      if (job.metadata.deletionTimestamp !== undefined) {
        for (const pod of podsOf(resources, job)) release(resources, pod);
        return undefined;
      }
      const counted = countEnded(resources, job);
      if (!isOver(counted)) return reconcileLive(counted);
      report(counted);
      return expire(resources, counted);
    },
  };
}

const start =
  (now: () => Date) =>
  (status: Job["status"]): void => {
    status.startTime = timeText(now());
  };

/** Whether a job has come to its end, and to which. */
function judge({ spec, status }: Job, active: Pod[], now: Date): Verdict | undefined {
  const { succeeded = 0, failed = 0, startTime } = status;
  const restarts = active
    .flatMap((pod) => pod.status.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  const retries = spec.template.spec.restartPolicy === "OnFailure" ? failed + restarts : failed;
  if (retries > spec.backoffLimit)
    return {
      type: "Failed",
      reason: "BackoffLimitExceeded",
      message: "Job has reached the specified backoff limit",
    };
  const ran = startTime === undefined ? 0 : now.getTime() - Date.parse(startTime);
  if (spec.activeDeadlineSeconds !== undefined && !spec.suspend && ran >= spec.activeDeadlineSeconds * 1000)
    return { type: "Failed", reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" };
  const enough = spec.completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= spec.completions;
  return enough
    ? { type: "Complete", reason: "CompletionsReached", message: "Reached expected number of succeeded pods" }
    : undefined;
}

function suspensionOf(job: Job): Pick<Condition, "status" | "reason" | "message"> | undefined {
  const is = conditionOf(job, "Suspended")?.status === "True";
  if (job.spec.suspend === is) return undefined;
  return job.spec.suspend
    ? { status: "True", reason: "JobSuspended", message: "Job suspended" }
    : { status: "False", reason: "JobResumed", message: "Job resumed" };
}

/** After each failure the next pod waits twice as long. */
function backOffLeft({ status }: Job, all: Pod[], scale: number, now: Date): number {
  const { failed = 0 } = status;
  if (failed === 0) return 0;
  const ends = all
    .filter((pod) => pod.status.phase === "Failed")
    .flatMap((pod) => pod.status.containerStatuses ?? [])
    .map(({ state }) => Date.parse(state.terminated?.finishedAt ?? ""))
    .filter((time) => !Number.isNaN(time));
  const wait = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failed - 1)) * scale;
  return Math.max(0, ...ends) + wait - now.getTime();
}

/** A finished job with a `ttlSecondsAfterFinished` goes when that is over. */
function expire(resources: Resources, job: Job): number | undefined {
  const ttl = job.spec.ttlSecondsAfterFinished;
  if (ttl === undefined) return undefined;
  const finished = Date.parse(verdictOf(job)?.lastTransitionTime ?? "");
  const left = finished + ttl * 1000 - resources.now().getTime();
  if (left > 0) return left;
  resources.delete(jobs, job.metadata.namespace, job.metadata.name, { propagationPolicy: "Foreground" });
  return undefined;
}
