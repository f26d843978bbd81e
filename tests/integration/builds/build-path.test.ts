import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reconcileProvision } from "#lib/apps/reconcile";
import { retryProvision } from "#lib/apps/retry-provision";
import { cancelBuild } from "#lib/builds/cancel-build";
import { followBuildLog, readBuildLog } from "#lib/builds/follow-log";
import { getBuildView } from "#lib/builds/queries";
import { reconcileBuild } from "#lib/builds/reconcile";
import { type BuildLogEvent } from "#lib/builds/schema";
import { createEventStream } from "#lib/platform/events";
import { waitFor } from "#tests/world/wait-for";
import { drive, provisionAndBuild, startBuildWorld } from "./build-world.ts";

let world: Awaited<ReturnType<typeof startBuildWorld>>;
beforeAll(async () => {
  world = await startBuildWorld();
});
afterAll(() => world.stop());

async function logOf(buildId: string): Promise<string> {
  let log = "";
  for await (const part of readBuildLog(world.db, buildId)) log += part;
  return log;
}

describe("from a repository to an image", () => {
  it("provisions hook and job, builds the commit and takes the digest from the registry", async () => {
    const { appId, buildId, input } = await world.create();
    await provisionAndBuild(world, { appId, buildId });

    const app = await world.db.app.findUniqueOrThrow({ where: { id: appId }, include: { ledger: true } });
    expect(app.provisionState).toBe("ready");
    expect(app.ledger.map(({ system, kind, state }) => [system, kind, state]).sort()).toEqual([
      ["gitlab", "webhook", "present"],
      ["jenkins", "job", "present"],
      ["registry", "repository", "present"],
    ]);
    const view = await getBuildView(world.db, buildId);
    expect(view).toMatchObject({ state: "succeeded", error: null, logComplete: true });
    expect(view.steps.map((step) => [step.name, step.state])).toEqual([
      ["trigger", "done"],
      ["queue", "done"],
      ["run", "done"],
      ["verify", "done"],
    ]);
    expect(view.stages.map((stage) => [stage.name, stage.state])).toEqual([
      ["Checkout", "done"],
      ["Image", "done"],
      ["Push", "done"],
    ]);
    const pushed = await world.registry.getManifest(input.name, view.imageTag);
    expect(view.imageDigest).toBe(pushed.digest);
    expect(world.succeeded.filter((id) => id === buildId)).toHaveLength(1);
    await waitFor("the callback", () => world.answered.includes(`callback ${buildId}`));
  });

  it("stores the console masked and whole, byte for byte as long as Jenkins says", async () => {
    const { appId, buildId } = await world.create();
    await provisionAndBuild(world, { appId, buildId });
    const log = await logOf(buildId);
    expect(log).toMatch(/Finished: SUCCESS\s*$/);
    expect(log).not.toContain(world.outside.gitlab.token);
    const chunks = await world.db.buildLogChunk.findMany({ where: { buildId }, orderBy: { offsetBytes: "asc" } });
    let next = 0;
    for (const chunk of chunks) {
      expect(chunk.offsetBytes).toBe(next);
      next += chunk.lengthBytes;
    }
    expect(next).toBe((await getBuildView(world.db, buildId)).logBytes);
  });

  it("can be followed while it runs, and resumed at any event without gap or repeat", async () => {
    const { appId, buildId } = await world.create();
    await drive(() => reconcileProvision(world.provision, appId));
    const stream = createEventStream(process.env.DATABASE_URL ?? "", world.db);
    const follow = async (offset: number) => {
      const heard: BuildLogEvent[] = [];
      const events = followBuildLog({ db: world.db, ...stream }, buildId, offset, AbortSignal.timeout(60_000));
      for await (const event of events) heard.push(event);
      return heard;
    };
    const [live] = await Promise.all([follow(0), drive(() => reconcileBuild(world.build, buildId))]);
    await stream.close();
    const text = (events: BuildLogEvent[]) => events.map((event) => (event.type === "text" ? event.text : "")).join("");
    expect(text(live)).toBe(await logOf(buildId));
    expect(live.at(-1)).toEqual({ type: "end", state: "succeeded" });
    expect(live.length).toBeGreaterThan(2);
    const [first] = live;
    const rest = await follow(first?.type === "text" ? first.offset : 0);
    expect(text(live.slice(0, 1)) + text(rest)).toBe(text(live));
  });

  it("fails with the line that failed", async () => {
    const { appId, buildId } = await world.create({ project: "samples/broken-build" });
    await provisionAndBuild(world, { appId, buildId });
    const view = await getBuildView(world.db, buildId);
    expect(view).toMatchObject({ state: "failed", imageDigest: null });
    expect(view.error?.message).toBeTruthy();
    expect(await logOf(buildId)).toContain(view.error?.message ?? "?");
    expect(view.steps.map((step) => step.state)).toEqual(["done", "done", "failed", "skipped"]);
    expect(world.succeeded).not.toContain(buildId);
  });

  it("stops at a repository without a Dockerfile with what to do, and goes on after a retry", async () => {
    const { appId } = await world.create({ project: "samples/no-dockerfile" });
    await drive(() => reconcileProvision(world.provision, appId));
    const failed = await world.db.app.findUniqueOrThrow({ where: { id: appId } });
    expect(failed).toMatchObject({
      provisionState: "failed",
      provisionError: { next: expect.stringContaining("Dockerfile") },
    });
    await world.db.app.update({ where: { id: appId }, data: { dockerfilePath: "README.md" } });
    await retryProvision({ ...world, now: () => new Date() }, appId);
    await drive(() => reconcileProvision(world.provision, appId));
    expect(await world.db.app.findUniqueOrThrow({ where: { id: appId } })).toMatchObject({ provisionState: "ready" });
  });
});

describe("cancelling", () => {
  it("is over when Jenkins says that it is aborted", async () => {
    const { appId, buildId } = await world.create();
    await drive(() => reconcileProvision(world.provision, appId));
    await waitFor("a run in Jenkins", async () => {
      await reconcileBuild(world.build, buildId);
      return (await getBuildView(world.db, buildId)).state === "running";
    });
    await cancelBuild({ ...world, now: () => new Date() }, buildId);
    await drive(() => reconcileBuild(world.build, buildId));
    const view = await getBuildView(world.db, buildId);
    const run = await world.jenkins.getBuild(`kepler-${view.app}`, view.jenkinsBuildNumber ?? 0);
    expect([view.state, run.result]).toEqual(["cancelled", "ABORTED"]);
    expect(view.error).toBeNull();
  });

  it("of a build that Jenkins never heard of needs no word to Jenkins", async () => {
    const { buildId } = await world.create();
    await cancelBuild({ ...world, now: () => new Date() }, buildId);
    await drive(() => reconcileBuild(world.build, buildId));
    expect(await getBuildView(world.db, buildId)).toMatchObject({ state: "cancelled", jenkinsBuildNumber: null });
  });
});

describe("what was made in other systems", () => {
  it("is found again, not made twice, when a service is provisioned again", async () => {
    const { appId, input } = await world.create();
    await drive(() => reconcileProvision(world.provision, appId));
    await retryProvision({ ...world, now: () => new Date() }, appId);
    await drive(() => reconcileProvision(world.provision, appId));
    const steps = await world.db.provisionStep.findMany({ where: { appId }, orderBy: { position: "asc" } });
    expect(steps.map((step) => step.state)).toEqual(["done", "done", "done"]);
    expect(steps[1]?.detail).toMatchObject({ found: true });
    expect(steps[2]?.detail).toMatchObject({ found: true });
    expect(await world.db.ledgerEntry.count({ where: { appId } })).toBe(2);
    expect(await world.jenkins.findJob(`kepler-${input.name}`)).not.toBeNull();
  });

  it("is left alone when somebody else made it", async () => {
    const { appId, input } = await world.create();
    await world.jenkins.createJob(
      `kepler-${input.name}`,
      "<flow-definition><description>mine</description><definition class='org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition'><script>pipeline { agent any stages { stage('a') { steps { echo 'a' } } } }</script><sandbox>true</sandbox></definition></flow-definition>",
    );
    await drive(() => reconcileProvision(world.provision, appId));
    const app = await world.db.app.findUniqueOrThrow({ where: { id: appId } });
    expect(app).toMatchObject({ provisionState: "failed", provisionError: { code: "conflict", system: "jenkins" } });
  });
});
