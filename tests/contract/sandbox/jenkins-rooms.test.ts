import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type JenkinsGround, jobXml, pipelineOf, setUpJenkins } from "./jenkins-ground.ts";

const CREDENTIAL = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl";
const FOLDER = "<com.cloudbees.hudson.plugins.folder.Folder/>";
const credential = (username: string) =>
  `<${CREDENTIAL}><id>robot</id><description/><username>${username}</username><password>pw-${username}</password></${CREDENTIAL}>`;
const described = z.object({ stages: z.array(z.looseObject({ id: z.string(), name: z.string() })) });
const flow = z.object({
  stageFlowNodes: z.array(z.looseObject({ id: z.string(), name: z.string(), status: z.string() })),
});

describe("Jenkins", () => {
  let clock = 0;
  let jenkins: JenkinsGround;
  beforeAll(async () => {
    jenkins = await setUpJenkins(() => Date.now() + clock);
  });
  afterAll(() => jenkins.remove());

  it("forgets an item of the queue five minutes after it left", async () => {
    await jenkins.create("brief", jobXml(pipelineOf("echo 'x'")));
    const { item } = await jenkins.trigger("brief");
    await jenkins.finished("brief", await jenkins.started(item));
    clock += 4 * 60_000;
    expect((await jenkins.call("GET", `${item}api/json`)).status).toBe(200);
    clock += 60_000;
    expect((await jenkins.call("GET", `${item}api/json`)).status).toBe(404);
  });

  it("gives a pipeline the credential of the nearest folder above it", async () => {
    await jenkins.put("/createItem?name=team", FOLDER);
    await jenkins.put("/job/team/createItem?name=inner", FOLDER);
    await jenkins.put("/credentials/store/system/domain/_/createCredentials", credential("system"));
    await jenkins.put("/job/team/credentials/store/folder/domain/_/createCredentials", credential("team"));
    const script = pipelineOf(
      "withCredentials([usernamePassword(credentialsId: 'robot', usernameVariable: 'U', passwordVariable: 'P')]) { sh 'echo user $U' }",
    );
    const build = async (path: string, job: string) => {
      await jenkins.put(`${path}/createItem?name=user`, jobXml(script));
      const { item } = await jenkins.trigger(job);
      const number = await jenkins.started(item);
      await jenkins.finished(job, number);
      return jenkins.console(job, number);
    };
    expect(await build("", "user")).toContain("user system");
    expect(await build("/job/team/job/inner", "team/job/inner/job/user")).toContain("user team");
    const other = await jenkins.json("/job/team/job/inner/credentials/store/folder/domain/_/api/json");
    expect(other).toMatchObject({ credentials: [] });
  });

  it("tells the steps of a stage, and what each of them said", async () => {
    const script = pipelineOf("echo 'first'\nsh 'echo \"<b>second\"; exit 3'");
    await jenkins.run("talk", script);
    const { stages } = described.parse(await jenkins.json("/job/talk/1/wfapi/describe"));
    const node = `/job/talk/1/execution/node/${stages[0]?.id}/wfapi`;
    const { stageFlowNodes } = flow.parse(await jenkins.json(`${node}/describe`));
    expect(stageFlowNodes.map(({ name, status }) => [name, status])).toEqual([
      ["echo", "SUCCESS"],
      ["sh", "FAILED"],
    ]);
    const log = await jenkins.json(`/job/talk/1/execution/node/${stageFlowNodes[1]?.id}/wfapi/log`);
    expect(log).toMatchObject({ nodeStatus: "FAILED", hasMore: false });
    expect(JSON.stringify(log)).toContain("&lt;b&gt;second");
    expect(JSON.stringify(log)).not.toContain("first");
    expect(await jenkins.json(`${node}/log`)).toMatchObject({ length: 0, text: "" });
    expect((await jenkins.call("GET", "/job/talk/1/execution/node/999/wfapi/log")).status).toBe(404);
  });

  it("renames a job with its builds, and not while it runs", async () => {
    await jenkins.run("old-name", pipelineOf("echo 'kept'"));
    const slow = jobXml(pipelineOf("sleep 60"));
    await jenkins.create("busy", slow);
    const number = await jenkins.started((await jenkins.trigger("busy")).item);
    const rename = (job: string, to: string) => jenkins.call("POST", `/job/${job}/confirmRename?newName=${to}`);
    const refused = await rename("busy", "idle");
    expect([refused.status, refused.headers.get("x-error")]).toEqual([
      400,
      "Unable to rename a job while it is building",
    ]);
    expect((await rename("old-name", "busy")).status).toBe(400);
    expect((await rename("old-name", "new-name")).status).toBe(302);
    expect(await jenkins.console("new-name", 1)).toContain("kept");
    expect((await jenkins.call("GET", "/job/old-name/api/json")).status).toBe(404);
    await jenkins.call("POST", `/job/busy/${number}/stop`);
    await jenkins.finished("busy", number);
  });

  it("builds no disabled job until it is enabled again", async () => {
    await jenkins.create("switch", jobXml(pipelineOf("echo 'x'")));
    await jenkins.call("POST", "/job/switch/disable");
    expect((await jenkins.trigger("switch")).status).toBe(409);
    await jenkins.call("POST", "/job/switch/enable");
    expect((await jenkins.trigger("switch")).status).toBe(201);
  });
});
