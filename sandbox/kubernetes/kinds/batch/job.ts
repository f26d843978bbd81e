import { isObject, type JsonObject } from "../../json.ts";
import { type Job } from "../../objects.ts";
import { atLeastZero, endsSomeTime } from "../apps/template.ts";
import { ageColumn, type Column, conditionOf, duration, nameColumn, templateColumns } from "../columns.ts";
import { type TypeRules } from "../compile.ts";
import { podSpecRules } from "../core/pod-spec.ts";
import { kindOf } from "../kind.ts";

/** One pod at a time until one has succeeded, unless something is said. A cron job's template is left as it is. */
function completeSpec({ spec }: JsonObject): void {
  if (!isObject(spec)) return;
  if (spec.completions == null && spec.parallelism == null) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.podReplacementPolicy ??= spec.podFailurePolicy == null ? "TerminatingOrFailed" : "Failed";
  spec.backoffLimit ??= 6;
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  spec.manualSelector ??= false;
}

/** A job's spec, in a job or in a cron job. */
export const jobSpecRules: TypeRules = {
  ...podSpecRules,
  "batch.v1.JobSpec": {
    fields: {
      parallelism: atLeastZero,
      completions: atLeastZero,
      backoffLimit: atLeastZero,
      activeDeadlineSeconds: atLeastZero,
      ttlSecondsAfterFinished: atLeastZero,
    },
    check: ({ template }, path) => endsSomeTime(template, `${path}.template`),
  },
};

/** Pods of a job are found by its uid, which only the server knows. */
function chooseSelector({ spec, metadata }: Job): void {
  if (spec.manualSelector === true) return;
  const own = { "batch.kubernetes.io/controller-uid": metadata.uid };
  spec.selector = { matchLabels: own };
  const template = (spec.template.metadata ??= {});
  const names = { "batch.kubernetes.io/job-name": metadata.name, "job-name": metadata.name };
  template.labels = { ...template.labels, ...own, ...names, "controller-uid": metadata.uid };
  metadata.labels ??= template.labels;
}

function statusWord(job: Job): string {
  const holds = (type: string): boolean => conditionOf(job, type) === "True";
  if (holds("Complete")) return "Complete";
  if (holds("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find(holds) ?? "Running";
}

function completions({ spec, status }: Job): string {
  const succeeded = status.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  return (spec.parallelism ?? 0) > 1 ? `${succeeded}/1 of ${spec.parallelism ?? 0}` : `${succeeded}/1`;
}

const columns: Column<Job>[] = [
  nameColumn,
  { name: "Status", cell: statusWord },
  { name: "Completions", cell: completions },
  {
    name: "Duration",
    cell: ({ status: { startTime, completionTime } }, now) =>
      startTime === undefined
        ? ""
        : duration((completionTime === undefined ? now.getTime() : Date.parse(completionTime)) - Date.parse(startTime)),
  },
  ageColumn,
  ...templateColumns<Job>(
    ({ spec }) => spec.template,
    ({ spec }) => spec.selector,
  ),
];

export const jobs = kindOf<Job>("batch/v1", "jobs", {
  rules: [jobSpecRules, { "batch.v1.Job": { complete: completeSpec } }],
  fieldLabels: ["status.successful"],
  immutable: ["spec.selector", "spec.completionMode", "spec.template"],
  serverChosen: ["selector"],
  initialise: chooseSelector,
  columns,
});
