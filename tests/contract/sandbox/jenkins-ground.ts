import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { z } from "zod";
import { startJenkins } from "#sandbox/jenkins/main";
import { waitFor } from "#tests/world/wait-for";

export const logger = pino({ level: "silent" });
const buildSchema = z.object({ building: z.boolean(), result: z.string().nullable(), number: z.number() });
const itemSchema = z.looseObject({ executable: z.object({ number: z.number() }).nullish() });

export type JenkinsGround = Awaited<ReturnType<typeof setUpJenkins>>;

/** A Jenkins of its own and the calls that the tests make; `now` is its clock. */
export async function setUpJenkins(now: () => number = Date.now) {
  const home = await mkdtemp(join(tmpdir(), "kepler-jenkins-"));
  let jenkins = await startJenkins({ port: 0, home, logger, now });
  const call = (
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string | URLSearchParams } = {},
  ) => {
    const url = path.startsWith("http") ? path : `${jenkins.url}${path}`;
    const authorization = `Basic ${Buffer.from(`${jenkins.user}:${jenkins.token}`).toString("base64")}`;
    return fetch(url, { method, redirect: "manual", body: init.body, headers: { authorization, ...init.headers } });
  };
  const json = async (path: string): Promise<unknown> => (await call("GET", path)).json();
  const put = (path: string, xml: string) =>
    call("POST", path, { headers: { "content-type": "application/xml" }, body: xml });
  const trigger = async (job: string, parameters: Record<string, string> = {}, delay = "?delay=0sec") => {
    const response = await call("POST", `/job/${job}/buildWithParameters${delay}`, {
      body: new URLSearchParams(parameters),
    });
    return { status: response.status, item: response.headers.get("location") ?? "" };
  };
  const started = (item: string) =>
    waitFor(
      "the item to leave the queue",
      async () => itemSchema.parse(await json(`${item}api/json`)).executable?.number,
    );
  const console_ = async (job: string, number: number | string) =>
    (await call("GET", `/job/${job}/${number}/consoleText`)).text();
  const finished = (job: string, number: number) =>
    waitFor(`build ${number} of ${job}`, async () => {
      const build = buildSchema.parse(await json(`/job/${job}/${number}/api/json`));
      return build.building ? null : build;
    });
  return {
    home,
    access: () => jenkins,
    call,
    json,
    put,
    trigger,
    started,
    finished,
    console: console_,
    create: (job: string, config: string) => put(`/createItem?name=${job}`, config),
    /** Runs a script as a job of its own; resolves to its result and console. */
    run: async (job: string, script: string, parameters: Record<string, string> = {}) => {
      await put(`/createItem?name=${job}`, jobXml(script, Object.keys(parameters)));
      const { item } = await trigger(job, parameters);
      const { result, number } = await finished(job, await started(item));
      return { result, console: await console_(job, number) };
    },
    restart: async () => {
      await jenkins.stop();
      jenkins = await startJenkins({ port: 0, home, logger, now });
    },
    remove: async () => {
      await jenkins.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A pipeline job; parameters named in capitals with PASSWORD in them are password parameters. Job needs at least one. */
export function jobXml(script: string, parameters: string[] = [], properties = ""): string {
  const definitions = [...parameters, "UNUSED"].map((name) => {
    const type = name.includes("PASSWORD") ? "Password" : "String";
    return `<hudson.model.${type}ParameterDefinition><name>${name}</name></hudson.model.${type}ParameterDefinition>`;
  });
  const escaped = script.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<?xml version="1.0"?><flow-definition plugin="workflow-job"><description>of a test</description><properties>${properties}<hudson.model.ParametersDefinitionProperty><parameterDefinitions>${definitions.join("")}</parameterDefinitions></hudson.model.ParametersDefinitionProperty></properties><definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition"><script>${escaped}</script></definition></flow-definition>`;
}

/** A pipeline of one stage with these steps. */
export const pipelineOf = (steps: string, post = "") =>
  `pipeline {\n  agent any\n  stages {\n    stage('Only') {\n      steps {\n${steps}\n      }\n    }\n  }\n${post}}\n`;
