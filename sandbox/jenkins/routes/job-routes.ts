import { type Exchange, empty, type Reply } from "../../platform/exchange.ts";
import { html, jenkinsHeaders } from "../access.ts";
import { type Controller } from "../controller.ts";
import { type JobConfig, parseJobConfig } from "../job-config.ts";
import { type Parameter } from "../model.ts";
import { jobUrl, jobView } from "../views.ts";
import { escapeXml, XmlError } from "../xml.ts";
import { apiReply, done, notFound, redirect } from "./replies.ts";

const QUIET_PERIOD_MS = 5_000;
const BRIEF = "[_class,number,url]";
const JOB_TREE = `description,displayName,fullName,name,url,buildable,builds${BRIEF}{0,100},color,firstBuild${BRIEF},inQueue,keepDependencies,lastBuild${BRIEF},lastCompletedBuild${BRIEF},lastFailedBuild${BRIEF},lastStableBuild${BRIEF},lastSuccessfulBuild${BRIEF},lastUnsuccessfulBuild${BRIEF},nextBuildNumber,property[parameterDefinitions[*,defaultParameterValue[*]]],queueItem[*,task[*]],concurrentBuild,disabled,jobs[name,url,color]`;

/** `POST …/createItem?name=` */
export async function createItem(exchange: Exchange, controller: Controller, folder: string): Promise<Reply> {
  const name = exchange.query.get("name") ?? "";
  if (folder !== "" && controller.config(folder)?.kind !== "folder") throw notFound();
  const fullName = folder === "" ? name : `${folder}/${name}`;
  const complaint = complaintAbout(controller, name, fullName);
  if (complaint !== undefined) return refuse(complaint);
  const { query } = exchange;
  if (query.get("mode") === "copy") return copyJob(controller, query.get("from") ?? "", folder, fullName);
  const config = await readConfig(exchange);
  if (typeof config !== "string") return config;
  await controller.putJob(fullName, config);
  return done();
}

/** Why a new job cannot be called so. */
function complaintAbout(controller: Controller, name: string, fullName: string): string | undefined {
  if (name === "") return "No name is specified";
  if (/[?*/\\%!@#$^&|<>[\]:;]/.test(name) || /^(\.|__proto__$)/.test(name)) return `‘${name}’ is an unsafe name`;
  return controller.job(fullName) === undefined ? undefined : `A job already exists with the name ‘${name}’`;
}

async function copyJob(controller: Controller, from: string, folder: string, to: string): Promise<Reply> {
  const source = controller.job(folder === "" ? from : `${folder}/${from}`) ?? controller.job(from);
  if (source === undefined) return refuse(`No such job: ${from}`);
  await controller.putJob(to, source.configXml);
  return redirect(jobUrl(controller, to));
}

async function renameJob(exchange: Exchange, controller: Controller, job: string): Promise<Reply> {
  const name = exchange.query.get("newName") ?? "";
  const to = [...job.split("/").slice(0, -1), name].join("/");
  const complaint = complaintAbout(controller, name, to);
  if (complaint !== undefined) return refuse(complaint);
  if (!(await controller.renameJob(job, to))) return refuse(`Unable to rename a job while it is building`);
  return redirect(jobUrl(controller, to));
}

async function setDisabled(controller: Controller, job: string, disabled: boolean): Promise<Reply> {
  const xml = controller.job(job)?.configXml ?? "";
  const bare = xml.replace(/\s*<disabled>\w*<\/disabled>/, "");
  await controller.putJob(job, bare.replace(/<\/flow-definition>\s*$/, `<disabled>${disabled}</disabled>$&`));
  return redirect(jobUrl(controller, job));
}

/** Every request below a job that is not about one of its builds. */
export async function jobAction(
  exchange: Exchange,
  controller: Controller,
  job: string,
  action: string,
): Promise<Reply> {
  const config = controller.config(job);
  if (config === undefined) throw notFound();
  switch (`${exchange.method} ${action}`) {
    case "GET api/json":
      return apiReply(exchange, jobView(controller, job), JOB_TREE);
    case "GET config.xml":
      return {
        status: 200,
        headers: { ...jenkinsHeaders, "content-type": "application/xml" },
        body: controller.job(job)?.configXml ?? "",
      };
    case "POST config.xml":
      return updateConfig(exchange, controller, job);
    case "POST createItem":
      return createItem(exchange, controller, job);
    case "POST doDelete":
      await controller.deleteJob(job);
      return redirect(`${controller.rootUrl}/`);
    case "POST doRename":
    case "POST confirmRename":
      return renameJob(exchange, controller, job);
    case "POST enable":
    case "POST disable":
      return setDisabled(controller, job, action === "disable");
    case "POST doWipeOutWorkspace":
      await controller.wipeWorkspaces(job);
      return redirect(jobUrl(controller, job));
    case "DELETE ":
      await controller.deleteJob(job);
      return empty(204, jenkinsHeaders);
    case "POST build":
    case "POST buildWithParameters":
      return config.kind === "folder"
        ? refuse("a folder cannot be built")
        : trigger(exchange, controller, job, config, action);
    case "GET ":
      return html(200, `OK: ${job}`, `The job ${job} of the sandbox's Jenkins`);
    default:
      throw notFound();
  }
}

async function updateConfig(exchange: Exchange, controller: Controller, job: string): Promise<Reply> {
  const config = await readConfig(exchange);
  if (typeof config !== "string") return config;
  await controller.putJob(job, config);
  return done();
}

/** Jenkins gives back XML 1.1 whatever it was sent. */
async function readConfig(exchange: Exchange): Promise<string | Reply> {
  const type = exchange.headers["content-type"] ?? "";
  if (!/^(application|text)\/xml/.test(type))
    return html(400, "Bad Request", `Unexpected request content type "${escapeXml(type)}", expected application/xml`);
  const xml = (await exchange.body()).toString("utf8");
  try {
    parseJobConfig(xml);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return html(500, "Server Error", `java.io.IOException: Failed to persist config.xml: ${escapeXml(error.message)}`);
  }
  return `<?xml version='1.1' encoding='UTF-8'?>\n${xml.replace(/^\s*<\?xml[^>]*\?>\s*/, "")}`;
}

async function trigger(
  exchange: Exchange,
  controller: Controller,
  job: string,
  config: JobConfig & { kind: "pipeline" },
  action: string,
): Promise<Reply> {
  const isParameterised = config.parameters.length > 0;
  if (isParameterised && action === "build")
    return html(400, "Nothing is submitted", "This job is parameterised: use buildWithParameters");
  if (!isParameterised && action === "buildWithParameters")
    return html(500, "Server Error", `java.lang.IllegalStateException: This build is not parameterized!`);
  if (config.disabled)
    return html(409, "Conflict", `${escapeXml(job)} is not buildable`, { "x-error": `${job} is not buildable` });
  const given = new URLSearchParams((await exchange.body()).toString("utf8"));
  for (const [name, value] of exchange.query) if (!given.has(name)) given.append(name, value);
  const delay = /^(\d+)(?:sec)?$/.exec(exchange.query.get("delay") ?? "")?.[1];
  const parameters = config.parameters.map(
    ({ name, isSecret, default: fallback }): Parameter => ({
      name,
      value: given.get(name) ?? fallback,
      secret: isSecret,
    }),
  );
  const { item, isNew } = await controller.enqueue(
    job,
    parameters,
    delay === undefined ? QUIET_PERIOD_MS : Number(delay) * 1000,
  );
  return empty(isNew ? 201 : 303, {
    ...jenkinsHeaders,
    location: `${controller.rootUrl}/queue/item/${item.id}/`,
    "content-length": 0,
  });
}

function refuse(message: string): Reply {
  // Header values are Latin-1 on the wire; Jenkins' quotation marks are not.
  return html(400, "Bad Request", escapeXml(message), {
    "x-error": message.replaceAll(/[‘’]/g, "'").replaceAll(/[^\x20-\x7e]/g, "?"),
  });
}
