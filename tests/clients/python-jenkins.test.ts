import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { startWorld, type World } from "../world/sandbox.ts";
import { describeClient } from "./client.ts";
import { jenkinsPrelude, pythonWith, runPython } from "./python.ts";

// https://python-jenkins.readthedocs.io
describeClient(pythonWith("python-jenkins", "jenkins"), (python) => {
  let world: World<"jenkins">;
  beforeAll(async () => {
    world = await startWorld(["jenkins"]);
  });
  afterAll(() => world.stop());

  /** `server` is signed in; `pipeline(script, parameters)` is a job's XML; a script leaves its findings in `result`. */
  const run = <T extends z.ZodType>(shape: T, script: string) =>
    runPython(python, { shape, script, prelude: jenkinsPrelude(world.jenkins) });

  test("signs in, and learns whom it speaks to", async () => {
    const found = await run(
      z.object({ who: z.string(), nodes: z.array(z.string()), quiet: z.boolean() }),
      `result = dict(who=server.get_whoami()["fullName"], nodes=[n["name"] for n in server.get_nodes()],
    quiet=server.get_info()["quietingDown"])`,
    );
    expect(found).toEqual({ who: "admin", nodes: ["Built-In Node"], quiet: false });
  });

  test("makes, finds, reconfigures, copies, disables and deletes a job", async () => {
    const found = await run(
      z.object({ names: z.array(z.string()), error: z.string(), description: z.string(), buildable: z.boolean() }),
      `server.create_job("crafted", pipeline("echo 'hi'"))
assert server.job_exists("crafted")
try:
    server.create_job("crafted", pipeline("echo 'hi'"))
    error = ""
except jenkins.JenkinsException as refused:
    error = str(refused)
server.reconfig_job("crafted", server.get_job_config("crafted").replace("From Python", "Changed"))
description = server.get_job_info("crafted")["description"]
server.copy_job("crafted", "copied")
server.disable_job("crafted")
buildable = server.get_job_info("crafted")["buildable"]
server.enable_job("crafted")
assert server.get_job_info("crafted")["buildable"]
server.rename_job("copied", "renamed")
names = sorted(j["name"] for j in server.get_jobs())
server.delete_job("crafted"); server.delete_job("renamed")
assert not server.job_exists("crafted")
result = dict(names=names, error=error, description=description, buildable=buildable)`,
    );
    expect(found).toMatchObject({ names: ["crafted", "renamed"], description: "Changed", buildable: false });
    expect(found.error).toContain("already exists");
  });

  test("builds with parameters, reads console and stages, and undeclared parameters are dropped", async () => {
    const found = await run(
      z.object({ result: z.string(), console: z.string(), parameters: z.unknown(), stages: z.unknown() }),
      `server.create_job("greeting", pipeline('echo "Hello \${params.WHO}"', [("WHO", "nobody")]))
number = build("greeting", dict(WHO="Python", UNDECLARED="x"))
info = ended("greeting", number)
actions = [a for a in info["actions"] if "parameters" in a]
stages = json.loads(server.jenkins_open(requests.Request("GET", f"{server.server}job/greeting/{number}/wfapi/describe")))
result = dict(result=info["result"], console=server.get_build_console_output("greeting", number),
    parameters={p["name"]: p["value"] for p in actions[0]["parameters"]}, stages=[[s["name"], s["status"]] for s in stages["stages"]])`,
    );
    expect(found).toMatchObject({
      result: "SUCCESS",
      parameters: { WHO: "Python" },
      stages: [["Work", "SUCCESS"]],
    });
    expect(found.console).toContain("Hello Python");
    expect(found.console).toContain("Finished: SUCCESS");
  });

  test("sees a queue form when the executors are taken, cancels what waits and stops what runs", async () => {
    const found = await run(
      z.object({ running: z.number(), why: z.string(), cancelled: z.boolean(), results: z.array(z.string()) }),
      `for name in ("busy-1", "busy-2", "waiting"):
    server.create_job(name, pipeline("sleep 300"))
numbers = {name: build(name) for name in ("busy-1", "busy-2")}
item = server.build_job("waiting")
why = until(lambda: [q["why"] for q in server.get_queue_info() if q["id"] == item and "executor" in (q["why"] or "")])[0]
running = len([e for e in server.get_node_info("(built-in)", depth=2)["executors"] if e["currentExecutable"]])
cancel(item)
cancelled = server.get_queue_item(item)["cancelled"]
for name, number in numbers.items():
    server.stop_build(name, number)
result = dict(running=running, why=why, cancelled=cancelled, results=[ended(n, k)["result"] for n, k in numbers.items()])`,
    );
    expect(found).toEqual({
      running: 2,
      why: "Waiting for next available executor",
      cancelled: true,
      results: ["ABORTED", "ABORTED"],
    });
  });

  test("keeps jobs and credentials in folders, and a pipeline may use its folder's", async () => {
    const found = await run(
      z.object({ all: z.array(z.string()), listed: z.array(z.string()), secret: z.string(), console: z.string() }),
      `server.create_job("team", jenkins.EMPTY_FOLDER_XML)
server.create_job("team/inner", jenkins.EMPTY_FOLDER_XML)
server.create_credential("team", """<com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>
<scope>GLOBAL</scope><id>robot</id><description>d</description><username>bot</username><password>hush-hush</password>
</com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>""")
server.create_job("team/inner/user", pipeline("withCredentials([usernamePassword(credentialsId: 'robot', usernameVariable: 'U', passwordVariable: 'P')]) { sh 'echo as $U with $P' }"))
number = build("team/inner/user")
assert ended("team/inner/user", number)["result"] == "SUCCESS"
result = dict(all=sorted(j["fullname"] for j in server.get_all_jobs() if j["fullname"].startswith("team")),
    listed=[c["id"] for c in server.list_credentials("team")], secret=server.get_credential_config("robot", "team"),
    console=server.get_build_console_output("team/inner/user", number))
server.delete_credential("robot", "team")
assert not server.credential_exists("robot", "team")
server.delete_job("team")
assert not server.job_exists("team/inner/user")`,
    );
    expect(found.all).toEqual(["team", "team/inner", "team/inner/user"]);
    expect(found.listed).toEqual(["robot"]);
    expect(found.secret).toContain("<secret-redacted/>");
    expect(found.console).toContain("as bot with ****");
    expect(found.console).not.toContain("hush-hush");
  });

  test("is told that the password is wrong", async () => {
    const error = await run(
      z.string(),
      `try:
    jenkins.Jenkins(server.server, username="admin", password="wrong").get_whoami()
except jenkins.JenkinsException as refused:
    result = str(refused)`,
    );
    expect(error).toContain("401");
  });
});
