import { reasonFor } from "./build-queue.ts";
import { type Controller, EXECUTORS } from "./controller.ts";
import { type JobConfig } from "./job-config.ts";
import { type Build, type Parameter, type QueueItem } from "./model.ts";

/** An object of the remote API, deep; `tree` (or the default tree of an address) cuts it. */
export type View = Record<string, unknown>;

const JOB_CLASS = "org.jenkinsci.plugins.workflow.job.WorkflowJob";
const RUN_CLASS = "org.jenkinsci.plugins.workflow.job.WorkflowRun";
const FOLDER_CLASS = "com.cloudbees.hudson.plugins.folder.Folder";

export const jobPath = (name: string): string => `/job/${name.split("/").map(encodeURIComponent).join("/job/")}`;

export const jobUrl = (controller: Controller, name: string): string => `${controller.rootUrl}${jobPath(name)}/`;

export function rootView(controller: Controller, folder = ""): View {
  const prefix = folder === "" ? "" : `${folder}/`;
  const names = Object.keys(controller.state.jobs).filter(
    (name) => name.startsWith(prefix) && !name.slice(prefix.length).includes("/"),
  );
  const jobs = names.map((name) => jobView(controller, name)).filter((view) => view !== undefined);
  if (folder !== "") return { jobs };
  return {
    _class: "hudson.model.Hudson",
    assignedLabels: [{ name: "built-in" }],
    mode: "NORMAL",
    nodeDescription: "the Jenkins controller's built-in node",
    nodeName: "",
    numExecutors: EXECUTORS,
    description: "Jenkins of the Kepler sandbox",
    jobs,
    quietingDown: false,
    url: `${controller.rootUrl}/`,
    useCrumbs: true,
    useSecurity: true,
  };
}

export function jobView(controller: Controller, name: string): View | undefined {
  const job = controller.job(name);
  const config = controller.config(name);
  if (job === undefined || config === undefined) return undefined;
  const shared = {
    description: config.description,
    displayName: name.split("/").at(-1),
    fullName: name,
    name: name.split("/").at(-1),
    url: jobUrl(controller, name),
  };
  if (config.kind === "folder") return { _class: FOLDER_CLASS, ...shared, ...rootView(controller, name) };
  const builds = job.builds.toReversed().map((build) => buildView(controller, name, build));
  const last = (fits: (build: Build) => boolean) => {
    const build = job.builds.findLast(fits);
    return build === undefined ? null : buildView(controller, name, build);
  };
  const waiting = controller.state.queue.find((item) => item.job === name && item.leftAt === null);
  return {
    _class: JOB_CLASS,
    ...shared,
    buildable: !config.disabled,
    builds,
    allBuilds: builds,
    color: colorOf(job.builds.at(-1), config),
    firstBuild: builds.at(-1) ?? null,
    inQueue: waiting !== undefined,
    keepDependencies: false,
    lastBuild: builds[0] ?? null,
    lastCompletedBuild: last((build) => build.result !== null),
    lastFailedBuild: last((build) => build.result === "FAILURE"),
    lastStableBuild: last((build) => build.result === "SUCCESS"),
    lastSuccessfulBuild: last((build) => build.result === "SUCCESS"),
    lastUnsuccessfulBuild: last((build) => build.result !== null && build.result !== "SUCCESS"),
    nextBuildNumber: job.nextBuildNumber,
    property: properties(config),
    queueItem: waiting === undefined ? null : queueItemView(controller, waiting),
    concurrentBuild: config.concurrent,
    disabled: config.disabled,
  };
}

function colorOf(last: Build | undefined, config: JobConfig): string {
  if (config.kind === "pipeline" && config.disabled) return "disabled";
  if (last === undefined) return "notbuilt";
  if (last.result === null) return "notbuilt_anime";
  return { SUCCESS: "blue", FAILURE: "red", ABORTED: "aborted" }[last.result];
}

function properties(config: JobConfig & { kind: "pipeline" }) {
  if (config.parameters.length === 0) return [];
  const parameterDefinitions = config.parameters.map(({ className, name, isSecret, default: value, choices }) => ({
    _class: `hudson.model.${className}`,
    defaultParameterValue: { _class: className.replace("Definition", "Value"), name, ...(isSecret ? {} : { value }) },
    description: "",
    name,
    type: className,
    ...(choices.length === 0 ? {} : { choices }),
  }));
  return [{ _class: "hudson.model.ParametersDefinitionProperty", parameterDefinitions }];
}

export function buildView(controller: Controller, job: string, build: Build): View {
  const finished = (controller.job(job)?.builds ?? []).filter((each) => each.result === "SUCCESS").slice(-3);
  const estimate =
    finished.length === 0 ? -1 : Math.round(finished.reduce((sum, each) => sum + each.durationMs, 0) / finished.length);
  return {
    _class: RUN_CLASS,
    actions: actionsView(build.parameters),
    artifacts: [],
    building: build.result === null,
    description: null,
    displayName: `#${build.number}`,
    duration: build.durationMs,
    estimatedDuration: estimate,
    executor: null,
    fullDisplayName: `${job.split("/").join(" » ")} #${build.number}`,
    id: String(build.number),
    inProgress: build.result === null,
    keepLog: false,
    number: build.number,
    queueId: build.queueId,
    result: build.result,
    timestamp: build.startedAt,
    url: `${jobUrl(controller, job)}${build.number}/`,
    changeSets: [],
    culprits: [],
  };
}

/** With the empty entries that real servers send; a password parameter has no value. */
function actionsView(parameters: Parameter[]) {
  const values = parameters.map(({ name, value, secret }) =>
    secret
      ? { _class: "hudson.model.PasswordParameterValue", name }
      : { _class: "hudson.model.StringParameterValue", name, value },
  );
  const cause = {
    _class: "hudson.model.Cause$UserIdCause",
    shortDescription: "Started by user admin",
    userId: "admin",
    userName: "admin",
  };
  return [
    ...(values.length === 0 ? [] : [{ _class: "hudson.model.ParametersAction", parameters: values }]),
    { _class: "hudson.model.CauseAction", causes: [cause] },
    {},
    { _class: "org.jenkinsci.plugins.workflow.job.views.FlowGraphAction" },
    {},
  ];
}

export function queueItemView(controller: Controller, item: QueueItem): View {
  const verdict = controller.verdict(item);
  const wasCancelled = verdict === "left" && item.build === null;
  const name = item.job.split("/").at(-1);
  return {
    _class: `hudson.model.Queue$${{ left: "LeftItem", quiet: "WaitingItem", blocked: "BlockedItem", waiting: "BuildableItem", ready: "BuildableItem" }[verdict]}`,
    actions: actionsView(item.parameters),
    blocked: verdict === "blocked",
    buildable: verdict === "waiting" || verdict === "ready",
    id: item.id,
    inQueueSince: item.since,
    params: item.parameters
      .map(({ name: parameter, value, secret }) => `\n${parameter}=${secret ? "******" : value}`)
      .join(""),
    stuck: false,
    task: { _class: JOB_CLASS, name, url: jobUrl(controller, item.job), color: "notbuilt" },
    url: `queue/item/${item.id}/`,
    why: reasonFor(verdict, item, controller.now()),
    ...(verdict === "quiet" ? { timestamp: item.dueAt } : {}),
    ...(verdict === "left"
      ? {
          cancelled: wasCancelled,
          executable:
            item.build === null
              ? null
              : { _class: RUN_CLASS, number: item.build, url: `${jobUrl(controller, item.job)}${item.build}/` },
        }
      : {}),
  };
}
