import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Jenkins, type JenkinsBuild } from "#lib/clients/jenkins/client";
import { createJenkins } from "#lib/clients/jenkins/create-jenkins";
import { Conflict, Denied, NotFound } from "#lib/platform/errors";
import { startWorld, type World } from "#tests/world/sandbox";
import { jobXml } from "./job-xml.ts";

const ECHO = jobXml(`sh 'echo "grüße $KEPLER_BUILD_ID"'`);
const ENDLESS = jobXml(`sh 'echo begun; exec sleep 300'`);
const FAILING = jobXml(`sh 'exit 3'`);
const WITHIN = { timeout: 30_000, interval: 100 };

describe("Jenkins", () => {
  let world: World<"jenkins">;
  let jenkins: Jenkins;
  const jobs: string[] = [];
  const newJob = async (configXml: string) => {
    const name = `contract-${randomUUID().slice(0, 8)}`;
    jobs.push(name);
    await jenkins.createJob(name, configXml);
    return name;
  };
  const started = async (queueId: number) =>
    vi.waitFor(async () => {
      const item = await jenkins.getQueueItem(queueId);
      if (item?.state !== "left") throw new Error(`the item is ${item?.state}`);
      return item.number;
    }, WITHIN);
  const ended = async (job: string, number: number): Promise<JenkinsBuild> =>
    vi.waitFor(async () => {
      const build = await jenkins.getBuild(job, number);
      if (build.building) throw new Error("the build still runs");
      return build;
    }, WITHIN);

  beforeAll(async () => {
    world = await startWorld(["jenkins"]);
    jenkins = createJenkins(world.jenkins);
  });
  afterEach(async () => {
    for (const job of jobs.splice(0)) await jenkins.deleteJob(job);
  });
  afterAll(() => world?.stop());

  it("answers that it is there, and refuses a wrong token", async () => {
    expect((await jenkins.ping()).version).not.toBe("");
    await expect(createJenkins({ ...world.jenkins, token: "wrong" }).ping()).rejects.toThrow(Denied);
  });

  it("creates a job once, changes it, and deletes it, twice without harm", async () => {
    const job = await newJob(ECHO);
    await expect(jenkins.createJob(job, ECHO)).rejects.toThrow(Conflict);
    await jenkins.updateJob(job, FAILING);
    expect((await jenkins.findJob(job))?.configXml).toContain("exit 3");
    await jenkins.deleteJob(job);
    await jenkins.deleteJob(job);
    expect(await jenkins.findJob(job)).toBeNull();
  });

  it("runs a build with its parameters from the queue to its result, and finds it again by one of them", async () => {
    const job = await newJob(ECHO);
    const id = randomUUID();
    expect(await jenkins.findBuildByParameter(job, "KEPLER_BUILD_ID", id)).toBeNull();
    const { queueId } = await jenkins.trigger(job, { KEPLER_BUILD_ID: id });
    expect(await jenkins.findBuildByParameter(job, "KEPLER_BUILD_ID", id)).not.toBeNull();
    const number = await started(queueId);
    const build = await ended(job, number);
    expect(build).toMatchObject({ result: "SUCCESS", queueId, parameters: { KEPLER_BUILD_ID: id } });
    expect(await jenkins.findBuildByParameter(job, "KEPLER_BUILD_ID", id)).toEqual({ number });
    expect((await jenkins.getStages(job, number)).map(({ name, status }) => [name, status])).toEqual([
      ["Work", "SUCCESS"],
    ]);
  });

  it("drops a parameter that the job does not declare", async () => {
    const job = await newJob(ECHO);
    const { queueId } = await jenkins.trigger(job, { KEPLER_BUILD_ID: "b", UNDECLARED: "x" });
    const build = await ended(job, await started(queueId));
    expect(build.parameters).toEqual({ KEPLER_BUILD_ID: "b" });
  });

  it("reads the console in pieces that join without gap or repeat", async () => {
    const job = await newJob(ECHO);
    const { queueId } = await jenkins.trigger(job, { KEPLER_BUILD_ID: "b" });
    const number = await started(queueId);
    let [text, from, more] = ["", 0, true];
    while (more) {
      const chunk = await jenkins.readLog(job, number, from);
      text += chunk.text;
      from = chunk.nextByte;
      more = chunk.more;
    }
    expect(text).toContain("grüße b");
    expect(text.trimEnd()).toMatch(/Finished: SUCCESS$/);
    expect((await jenkins.readLog(job, number, 0)).text).toBe(text);
    expect(await jenkins.readLog(job, number, from)).toEqual({ text: "", nextByte: from, more: false });
  });

  it("tells a step that fails", async () => {
    const job = await newJob(FAILING);
    const { queueId } = await jenkins.trigger(job, { KEPLER_BUILD_ID: "b" });
    expect((await ended(job, await started(queueId))).result).toBe("FAILURE");
  });

  it("stops a build that runs", async () => {
    const job = await newJob(ENDLESS);
    const { queueId } = await jenkins.trigger(job, { KEPLER_BUILD_ID: "b" });
    const number = await started(queueId);
    await vi.waitFor(async () => expect((await jenkins.readLog(job, number, 0)).text).toContain("begun"), WITHIN);
    expect(await jenkins.getBuild(job, number)).toMatchObject({ building: true, result: null });
    await jenkins.stopBuild(job, number);
    expect((await ended(job, number)).result).toBe("ABORTED");
  });

  it("cancels what waits in the queue, and is content with what is gone", async () => {
    const job = await newJob(ENDLESS);
    const first = await jenkins.trigger(job, { KEPLER_BUILD_ID: "first" });
    const number = await started(first.queueId);
    // The job allows one build at a time, so the second one waits.
    const second = await jenkins.trigger(job, { KEPLER_BUILD_ID: "second" });
    expect(await jenkins.getQueueItem(second.queueId)).toMatchObject({ state: "waiting" });
    await jenkins.cancelQueueItem(second.queueId);
    await jenkins.cancelQueueItem(second.queueId);
    expect((await jenkins.getQueueItem(second.queueId))?.state ?? "cancelled").toBe("cancelled");
    await jenkins.stopBuild(job, number);
    await ended(job, number);
  });

  it("knows nothing of builds and items that never were", async () => {
    const job = await newJob(ECHO);
    await expect(jenkins.getBuild(job, 404)).rejects.toThrow(NotFound);
    expect(await jenkins.getQueueItem(999_999)).toBeNull();
  });
});
