import { Cron } from "croner";
import { cronJobs, jobs } from "../kinds/index.ts";
import { type CronJob, type Job } from "../objects.ts";
import { controlledBy, type Resources } from "../store/resources.ts";
import { timeText } from "./conditions.ts";
import { recorderFor } from "./event-recorder.ts";
import { isOver, verdictOf } from "./job.ts";
import { statusWriter, writer } from "./pods-of.ts";
import { type Controller, keysOfOwner, splitKey } from "./work-queue.ts";

const MOST_MISSED = 100;

/** Makes a job each time a schedule says so, and forgets old ones. */
export function cronJobController(resources: Resources): Controller {
  const { now, store } = resources;
  const record = recorderFor(resources, "cronjob-controller");

  const remove = (cron: CronJob, job: Job): void => {
    resources.delete(jobs, job.metadata.namespace, job.metadata.name, { propagationPolicy: "Background" });
    record(cron, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted job ${job.metadata.name}` });
  };
  const forgetOld = (cron: CronJob, owned: Job[]): void => {
    const over = (type: string) =>
      owned
        .filter((job) => verdictOf(job)?.type === type && job.metadata.deletionTimestamp === undefined)
        .sort((a, b) => Date.parse(b.status.startTime ?? "") - Date.parse(a.status.startTime ?? ""));
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cron.spec;
    const old = [
      ...over("Complete").slice(successfulJobsHistoryLimit),
      ...over("Failed").slice(failedJobsHistoryLimit),
    ];
    for (const job of old) remove(cron, job);
  };

  /** Follows the jobs that this one has begun: those that are over leave the list of active ones. */
  const follow = (cron: CronJob, owned: Job[]): CronJob => {
    for (const { name, uid } of cron.status.active ?? []) {
      const job = owned.find((one) => one.metadata.uid === uid);
      const verdict = job === undefined ? undefined : verdictOf(job);
      if (verdict !== undefined) {
        const message = `Saw completed job: ${name ?? ""}, condition: ${verdict.type}`;
        record(cron, { type: "Normal", reason: "SawCompletedJob", message });
      } else if (job === undefined) {
        const message = `Active job went missing: ${name ?? ""}`;
        record(cron, { type: "Normal", reason: "MissingJob", message });
      }
    }
    const done = owned.flatMap((job) => (verdictOf(job)?.type === "Complete" ? (job.status.completionTime ?? []) : []));
    const lastSuccessfulTime = [...done, cron.status.lastSuccessfulTime ?? ""].sort().at(-1);
    return setStatus(cron, {
      active: owned.filter((job) => !isOver(job)).map(referenceTo),
      ...(lastSuccessfulTime === "" ? {} : { lastSuccessfulTime }),
    });
  };
  const setStatus = (cron: CronJob, change: Partial<CronJob["status"]>): CronJob => {
    const update = (draft: CronJob): void => {
      Object.assign(draft.status, change);
      if (draft.status.active?.length === 0) delete draft.status.active;
    };
    resources.modify(cronJobs, cron, update, statusWriter);
    return store.get(cronJobs, cron.metadata.namespace, cron.metadata.name) ?? cron;
  };

  /** Starts the run of this time, unless an earlier one forbids it. */
  const run = (cron: CronJob, due: Date, owned: Job[]): void => {
    const active = owned.filter((job) => !isOver(job));
    const { concurrencyPolicy, jobTemplate, startingDeadlineSeconds } = cron.spec;
    if (startingDeadlineSeconds !== undefined && now().getTime() - due.getTime() > startingDeadlineSeconds * 1000) {
      const message = `Missed scheduled time to start a job: ${due.toUTCString()}`;
      record(cron, { type: "Warning", reason: "MissSchedule", message });
      setStatus(cron, { lastScheduleTime: timeText(due) });
      return;
    }
    if (concurrencyPolicy === "Forbid" && active.length > 0) {
      const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
      record(cron, { type: "Normal", reason: "JobAlreadyActive", message });
      return;
    }
    if (concurrencyPolicy === "Replace") for (const job of active) remove(cron, job);
    const name = `${cron.metadata.name}-${Math.floor(due.getTime() / 60_000)}`;
    const scheduled = { "batch.kubernetes.io/cronjob-scheduled-timestamp": timeText(due) };
    if (store.get(jobs, cron.metadata.namespace, name) === undefined) {
      const metadata = {
        name,
        labels: jobTemplate.metadata?.labels,
        annotations: { ...jobTemplate.metadata?.annotations, ...scheduled },
        ownerReferences: [controlledBy(cron)],
      };
      resources.create(jobs, cron.metadata.namespace, { metadata, spec: jobTemplate.spec }, writer);
      record(cron, { type: "Normal", reason: "SuccessfulCreate", message: `Created job ${name}` });
    }
    const begun = store.ownedBy(jobs, cron.metadata.uid).filter((job) => !isOver(job));
    setStatus(cron, { lastScheduleTime: timeText(due), active: begun.map(referenceTo) });
  };

  return {
    name: "cron-job",
    keysOf: (change) => keysOfOwner(cronJobs, change),
    reconcile: (key) => {
      const found = store.get(cronJobs, ...splitKey(key));
      if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
      const owned = store.ownedBy(jobs, found.metadata.uid);
      const cron = follow(found, owned);
      forgetOld(cron, owned);
      if (cron.spec.suspend) return undefined;
      const { due, missed, next } = timesOf(cron, now());
      if (missed > MOST_MISSED) {
        const message =
          "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
        record(cron, { type: "Warning", reason: "TooManyMissedTimes", message });
      }
      if (due !== undefined) run(cron, due, owned);
      return next === undefined ? undefined : Math.min(next.getTime() - now().getTime(), LONGEST_WAIT_MS);
    },
  };
}

/** Timers of Node.js reach some 24 days. */
const LONGEST_WAIT_MS = 86_400_000;

const referenceTo = ({ apiVersion, kind, metadata: { name, namespace, uid } }: Job) => ({
  apiVersion,
  kind,
  name,
  namespace,
  uid,
});

/** The latest time that has come since the last run, how many were passed over, and the next one. */
export function timesOf(
  { spec, status, metadata }: CronJob,
  now: Date,
): { due: Date | undefined; missed: number; next: Date | undefined } {
  const cron = new Cron(standard(spec.schedule), { paused: true, timezone: spec.timeZone ?? "UTC" });
  const since = status.lastScheduleTime ?? metadata.creationTimestamp;
  const deadline = now.getTime() - (spec.startingDeadlineSeconds ?? Infinity) * 1000;
  let due: Date | undefined;
  let missed = -1;
  let time = cron.nextRun(new Date(Math.max(Date.parse(since), deadline)));
  for (; time !== null && time <= now; time = cron.nextRun(time)) {
    due = time;
    missed += 1;
    // A clock that jumped by years must not keep everybody waiting.
    if (missed > MOST_MISSED) {
      due = cron.previousRuns(1, now)[0] ?? due;
      time = cron.nextRun(now);
      break;
    }
  }
  return { due, missed, next: time ?? undefined };
}

/** `@every` is the one word of robfig/cron's that the library does not know. */
function standard(schedule: string): string {
  const every = /^@every (\d+)m$/.exec(schedule)?.[1];
  return every === undefined ? schedule : `*/${every} * * * *`;
}
