import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startJenkins } from "#sandbox/jenkins/main";
import { waitFor } from "#tests/world/wait-for";
import { type JenkinsGround, jobXml, logger, pipelineOf, setUpJenkins } from "./jenkins-ground.ts";

let jenkins: JenkinsGround;

beforeAll(async () => {
  jenkins = await setUpJenkins();
});

afterAll(() => jenkins.remove());

describe("steps", () => {
  test("sh runs in the workspace with parameters and build variables, and traces its commands", async () => {
    const steps =
      "sh '''\necho \"$GREETING from $JOB_NAME #$BUILD_NUMBER\" > said\n'''\nsh 'cat said; [ \"$PWD\" = \"$WORKSPACE\" ]'";
    const { result, console } = await jenkins.run("steps-sh", pipelineOf(steps), { GREETING: "hello" });
    expect(result).toBe("SUCCESS");
    expect(console).toContain("[Pipeline] { (Only)\n[Pipeline] sh\n+ echo hello from steps-sh #1\n");
    expect(console).toContain("+ cat said\nhello from steps-sh #1\n+ [ ");
  });

  test("double quotes interpolate parameters and environment, single quotes do not", async () => {
    const script = `pipeline { agent any
      environment { BASE = 'b'; NAME = "\${BASE}-\${params.TAG}" }
      stages { stage('S') { steps {
        echo "1 \${env.NAME} \${TAG} $BASE \\$TAG"
        echo '2 \${env.NAME}'
      } } } }`;
    const { console } = await jenkins.run("steps-quotes", script, { TAG: "v1" });
    expect(console).toContain("1 b-v1 v1 b $TAG\n");
    expect(console).toContain("2 ${env.NAME}\n");
  });

  test("a failing script fails the build with its exit code, unless the status was asked for", async () => {
    const failed = await jenkins.run("steps-fail", pipelineOf("sh 'exit 7'\necho 'not reached'"));
    expect(failed.result).toBe("FAILURE");
    expect(failed.console).toMatch(/ERROR: script returned exit code 7\nFinished: FAILURE\n$/);
    expect(failed.console).not.toContain("not reached");
    const asked = await jenkins.run(
      "steps-status",
      pipelineOf("sh(script: 'exit 7', returnStatus: true)\necho 'reached'"),
    );
    expect([asked.result, asked.console.includes("reached")]).toEqual(["SUCCESS", true]);
  });

  test("a password parameter is masked in the console and absent from the API", async () => {
    const { console } = await jenkins.run("steps-mask", pipelineOf("sh 'echo \"it is $PASSWORD\"'"), {
      PASSWORD: "hunter2",
    });
    expect(console).toContain("it is ****");
    expect(console).not.toContain("hunter2");
    expect(await (await jenkins.call("GET", "/job/steps-mask/lastBuild/api/json")).text()).not.toContain("hunter2");
    expect(await readFile(join(jenkins.home, "state.json"), "utf8")).not.toContain("hunter2");
  });

  test("an unknown step fails when it is reached", async () => {
    const { console, result } = await jenkins.run("steps-unknown", pipelineOf("echo 'first'\nteleport 'there'"));
    expect(result).toBe("FAILURE");
    expect(console).toMatch(/first\n[^]*java\.lang\.NoSuchMethodError: No such DSL method 'teleport'/);
  });
});

describe("post", () => {
  test("conditions run by the result, always ones in any case", async () => {
    const post =
      "  post {\n    always { echo 'always' }\n    success { echo 'well' }\n    failure { echo 'badly' }\n  }\n";
    const { console } = await jenkins.run("post-failed", pipelineOf("error 'x'", post));
    expect(console).toContain(
      "[Pipeline] { (Declarative: Post Actions)\n[Pipeline] echo\nalways\n[Pipeline] echo\nbadly\n",
    );
    expect(console).not.toContain("well");
  });

  test("a stopped build ends its processes, still runs its post conditions, and is ABORTED", async () => {
    const post = "  post {\n    always { echo 'cleaned' }\n  }\n";
    await jenkins.create("post-stop", jobXml(pipelineOf("sh 'set +x; sleep 300 & echo child $!; wait'", post)));
    const number = await jenkins.started((await jenkins.trigger("post-stop")).item);
    const child = await waitFor(
      "the child",
      async () => /^child (\d+)$/m.exec(await jenkins.console("post-stop", number))?.[1],
    );
    await jenkins.call("POST", `/job/post-stop/${number}/stop`);
    expect((await jenkins.finished("post-stop", number)).result).toBe("ABORTED");
    expect(await jenkins.console("post-stop", number)).toMatch(
      /Aborted by admin\n[^]*cleaned\n[^]*Finished: ABORTED\n$/,
    );
    await waitFor("the child to end", () => !isAlive(Number(child)));
  });
});

describe("scripts that do not compile", () => {
  test.each([
    ["no-pipeline", "node { }", "WorkflowScript: 1: Expected a declarative pipeline, found 'node' @ line 1, column 1."],
    ["no-agent", "pipeline { stages { stage('A') { steps { echo 'a' } } } }", 'Missing required section "agent"'],
    [
      "bad-section",
      "pipeline {\n  agent any\n  stagez { }\n}",
      'WorkflowScript: 3: Undefined section "stagez" @ line 3, column 3.\n     stagez { }\n     ^',
    ],
    [
      "open-string",
      "pipeline {\n  agent any\n  stages { stage('A) { } }\n}",
      "expecting closing quote of a string @ line 3, column 18.",
    ],
    ["open-block", "pipeline { agent any\n stages { stage('A') { steps { echo 'a' } }", "Expected a stage, found ''"],
  ])("%s", async (name, script, message) => {
    const { result, console } = await jenkins.run(name, script);
    expect(result).toBe("FAILURE");
    expect(console).toContain("org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:\n");
    expect(console).toContain(message);
    expect(console).toMatch(/\n1 error\n\n+Finished: FAILURE\n$/);
  });
});

/** Starts Jenkins in a process of its own, so that it can be killed as hard as one can be. */
const RUN_JENKINS = `
import pino from "pino";
import { startJenkins } from "#sandbox/jenkins/main";
const { url, user, token } = await startJenkins({ port: 0, home: process.argv[1], logger: pino({ level: "silent" }) });
console.log(JSON.stringify({ url, user, token }));
`;

test("when Jenkins is killed its builds die with it, and the next start calls them aborted", async () => {
  const home = await mkdtemp(join(tmpdir(), "kepler-jenkins-killed-"));
  const process_: ChildProcess = spawn(process.execPath, ["--input-type=module", "--eval", RUN_JENKINS, home], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { url, token } = JSON.parse(await firstLine(process_)) as { url: string; token: string };
  const headers = {
    authorization: `Basic ${Buffer.from(`admin:${token}`).toString("base64")}`,
    "content-type": "application/xml",
  };
  await fetch(`${url}/createItem?name=doomed`, {
    method: "POST",
    headers,
    body: jobXml(pipelineOf("sh 'echo child $$; sleep 300'")),
  });
  const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
  await fetch(`${url}/job/doomed/buildWithParameters?delay=0sec`, { method: "POST", headers: form });
  const log = join(home, "jobs/doomed/builds/1/log");
  const child = await waitFor(
    "the build's process",
    async () => /^child (\d+)$/m.exec(await readFile(log, "utf8").catch(() => ""))?.[1],
  );
  process_.kill("SIGKILL");
  await once(process_, "exit");
  await waitFor("the build's process to end", () => !isAlive(Number(child)));
  const again = await startJenkins({ port: 0, home, logger });
  const build = await fetch(`${again.url}/job/doomed/1/api/json?tree=building,result`, { headers });
  expect(await build.json()).toMatchObject({ building: false, result: "ABORTED" });
  expect(await readFile(log, "utf8")).toMatch(
    /Jenkins stopped while this build ran; it cannot be resumed\nFinished: ABORTED\n$/,
  );
  await again.stop();
  await rm(home, { recursive: true, force: true });
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the child's output is not piped");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return line;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
