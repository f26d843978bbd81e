import { type Exchange, empty, json, type Reply } from "../../platform/exchange.ts";
import { html, jenkinsHeaders } from "../access.ts";
import { type Controller } from "../controller.ts";
import { type Build } from "../model.ts";
import { buildView, jobUrl, jobView } from "../views.ts";
import { readFrom } from "./build-log.ts";
import { apiReply, notFound, redirect } from "./replies.ts";
import { describeRun, nodeAction } from "./stage-routes.ts";

const BUILD_TREE =
  "actions[*,parameters[*],causes[*]],artifacts,building,description,displayName,duration,estimatedDuration,executor,fullDisplayName,id,inProgress,keepLog,number,queueId,result,timestamp,url,changeSets,culprits";

/** Every request below one build, by number or by a permalink such as `lastBuild`. */
export async function buildAction(
  exchange: Exchange,
  controller: Controller,
  job: string,
  name: string,
  action: string,
): Promise<Reply> {
  const build = findBuild(controller, job, name);
  if (build === undefined) throw notFound();
  const page = redirect(`${jobUrl(controller, job)}${build.number}/`);
  const run = controller.runOf(job, build.number);
  const [, node, about] = /^execution\/node\/(\d+)\/wfapi\/(describe|log)$/.exec(action) ?? [];
  if (exchange.method === "GET" && node !== undefined && about !== undefined)
    return nodeAction(controller, job, build, node, about);
  switch (`${exchange.method} ${action}`) {
    case "GET api/json":
      return apiReply(exchange, buildView(controller, job, build), BUILD_TREE);
    case "GET logText/progressiveText":
      return progressiveText(exchange, controller, job, build);
    case "GET consoleText":
      return {
        status: 200,
        headers: textHeaders,
        body: (await readFrom(controller.logPath(job, build.number), 0)).bytes,
      };
    case "GET wfapi/describe":
      return json(200, describeRun(job, build, controller.now()), jenkinsHeaders);
    case "POST stop":
      run?.stop();
      return page;
    case "POST term":
    case "POST kill":
      run?.kill();
      return page;
    case "POST doDelete":
      await controller.deleteBuild(job, build.number);
      return redirect(jobUrl(controller, job));
    case "GET ":
    case "GET console":
      return html(200, `OK: ${job} #${build.number}`, `Build ${build.number} of ${job}`);
    default:
      throw notFound();
  }
}

function findBuild(controller: Controller, job: string, name: string): Build | undefined {
  const builds = controller.job(job)?.builds ?? [];
  if (/^\d+$/.test(name)) return builds.find((build) => build.number === Number(name));
  const target = jobView(controller, job)?.[name];
  const number = typeof target === "object" && target !== null && "number" in target ? target.number : undefined;
  return builds.find((build) => build.number === number);
}

const textHeaders = { ...jenkinsHeaders, "content-type": "text/plain;charset=utf-8" };

/** From byte `start` on; a start beyond the end begins again at 0, as in Jenkins' LargeText. */
async function progressiveText(exchange: Exchange, controller: Controller, job: string, build: Build): Promise<Reply> {
  const start = Number(exchange.query.get("start") ?? "0");
  // Asked before reading: what the run writes in between then shows as more data, never as a lost end.
  const isRunning = build.result === null;
  const { bytes, size } = await readFrom(
    controller.logPath(job, build.number),
    Number.isSafeInteger(start) && start > 0 ? start : 0,
  );
  const more = isRunning ? { "x-more-data": "true" } : {};
  if (exchange.method === "HEAD") return empty(200, { ...textHeaders, "x-text-size": size, ...more });
  return { status: 200, headers: { ...textHeaders, "x-text-size": size, ...more }, body: bytes };
}
