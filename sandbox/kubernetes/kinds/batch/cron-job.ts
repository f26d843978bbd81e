import { type CronJob } from "../../objects.ts";
import { atLeastZero } from "../apps/template.ts";
import { age, ageColumn, type Column, field, nameColumn, templateColumns } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { dnsSubdomain } from "../names.ts";
import { type Check } from "../schema.ts";
import { jobSpecRules } from "./job.ts";

const FIELD = /^(\*|\d+|[a-z]{3})(-(\d+|[a-z]{3}))?(\/\d+)?(,(\*|\d+|[a-z]{3})(-(\d+|[a-z]{3}))?(\/\d+)?)*$|^\?$/i;

/** Five fields, or a macro (https://pkg.go.dev/github.com/robfig/cron/v3). */
const cronSchedule: Check = (value) => {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/.test(value)) return undefined;
  if (value.startsWith("@")) return `unrecognized descriptor: ${value}`;
  const fields = value.trim().split(/\s+/);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  const bad = fields.find((each) => !FIELD.test(each));
  return bad === undefined
    ? undefined
    : `failed to parse int from ${bad}: strconv.Atoi: parsing ${JSON.stringify(bad)}: invalid syntax`;
};

const timeZone: Check = (value) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return undefined;
  } catch {
    return `unknown time zone ${value}`;
  }
};

const LONGEST_NAME = 52;
/** The time of a run is appended to the name of its job. */
const jobPrefix: Check = (name, path) =>
  name.length > LONGEST_NAME ? `must be no more than ${LONGEST_NAME} characters` : dnsSubdomain(name, path);

const columns: Column<CronJob>[] = [
  nameColumn,
  field("Schedule", "spec.schedule"),
  field("Timezone", "spec.timeZone", "<none>"),
  { name: "Suspend", type: "boolean", cell: ({ spec }) => (spec.suspend === true ? "True" : "False") },
  { name: "Active", type: "integer", cell: ({ status }) => status.active?.length ?? 0 },
  {
    name: "Last Schedule",
    cell: ({ status: { lastScheduleTime } }, now) =>
      lastScheduleTime === undefined ? "<none>" : age(lastScheduleTime, now),
  },
  ageColumn,
  ...templateColumns<CronJob>(
    ({ spec }) => spec.jobTemplate.spec.template,
    ({ spec }) => spec.jobTemplate.spec.selector,
  ),
];

export const cronJobs = kindOf<CronJob>("batch/v1", "cronjobs", {
  rules: [
    jobSpecRules,
    {
      "batch.v1.CronJobSpec": {
        fields: {
          schedule: { check: cronSchedule },
          timeZone: { check: timeZone },
          concurrencyPolicy: { default: "Allow" },
          suspend: { default: false },
          startingDeadlineSeconds: atLeastZero,
          successfulJobsHistoryLimit: { default: 3, ...atLeastZero },
          failedJobsHistoryLimit: { default: 1, ...atLeastZero },
        },
      },
    },
  ],
  nameRule: jobPrefix,
  columns,
});
