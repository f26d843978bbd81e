import { json, type Reply } from "../../platform/exchange.ts";
import { jenkinsHeaders } from "../access.ts";
import { type Controller } from "../controller.ts";
import { type Build, type StageRecord, type StepRecord } from "../model.ts";
import { jobPath, type View } from "../views.ts";
import { escapeXml } from "../xml.ts";
import { readFrom } from "./build-log.ts";
import { notFound } from "./replies.ts";

/** Longer logs of a node are cut at their beginning, as the plugin does. */
const LOG_BYTES = 150 * 1024;

/** `…/wfapi/describe`: https://github.com/jenkinsci/pipeline-stage-view-plugin/tree/master/rest-api */
export function describeRun(job: string, build: Build, now: number): View {
  const path = `${jobPath(job)}/${build.number}`;
  const status =
    build.result === null ? "IN_PROGRESS" : { SUCCESS: "SUCCESS", FAILURE: "FAILED", ABORTED: "ABORTED" }[build.result];
  const durationMillis = build.result === null ? now - build.startedAt : build.durationMs;
  return {
    _links: { self: { href: `${path}/wfapi/describe` } },
    id: String(build.number),
    name: `#${build.number}`,
    status,
    startTimeMillis: build.startedAt,
    endTimeMillis: build.startedAt + durationMillis,
    durationMillis,
    queueDurationMillis: 0,
    pauseDurationMillis: 0,
    stages: build.stages.map((stage) => nodeView(path, stage, now)),
  };
}

/** `…/execution/node/<id>/wfapi/describe` and `…/log`, of a stage or of one of its steps. */
export async function nodeAction(
  controller: Controller,
  job: string,
  build: Build,
  id: string,
  action: string,
): Promise<Reply> {
  const stage = build.stages.find((each) => each.id === id);
  const step = build.stages.flatMap(({ steps }) => steps).find((each) => each.id === id);
  const node = stage ?? step;
  if (node === undefined) throw notFound();
  const path = `${jobPath(job)}/${build.number}`;
  const now = controller.now();
  if (action === "describe") {
    const flow = stage && { stageFlowNodes: stage.steps.map((each) => nodeView(path, each, now)) };
    return json(200, { ...nodeView(path, node, now), ...flow }, jenkinsHeaders);
  }
  // A stage says nothing itself, its steps do.
  const bytes = step ? (await readFrom(controller.logPath(job, build.number), step.logFrom, step.logTo)).bytes : "";
  const shown = bytes.slice(-LOG_BYTES).toString();
  const log = {
    nodeId: id,
    nodeStatus: node.status,
    length: bytes.length,
    hasMore: bytes.length > LOG_BYTES,
    text: escapeXml(shown),
    consoleUrl: `${path}/execution/node/${id}/log`,
  };
  return json(200, log, jenkinsHeaders);
}

function nodeView(run: string, node: StageRecord | StepRecord, now: number): View {
  const { id, name, status, startTimeMillis, durationMillis } = node;
  const path = `${run}/execution/node/${id}`;
  const log = "logFrom" in node ? { log: { href: `${path}/wfapi/log` } } : {};
  return {
    _links: { self: { href: `${path}/wfapi/describe` }, ...log },
    id,
    name,
    execNode: "",
    status,
    startTimeMillis,
    durationMillis: status === "IN_PROGRESS" ? now - startTimeMillis : durationMillis,
    pauseDurationMillis: 0,
  };
}
