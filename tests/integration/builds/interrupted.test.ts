import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { hookUrlFor } from "#lib/apps/naming-rules";
import { reconcileProvision } from "#lib/apps/reconcile";
import { getBuildView } from "#lib/builds/queries";
import { reconcileBuild } from "#lib/builds/reconcile";
import { createJenkins } from "#lib/clients/jenkins/create-jenkins";
import { createRegistry } from "#lib/clients/registry/create-registry";
import { NotFound } from "#lib/platform/errors";
import { type RunResult } from "#lib/platform/queue";
import { drive, provisionAndBuild, startBuildWorld } from "./build-world.ts";

let world: Awaited<ReturnType<typeof startBuildWorld>>;
beforeAll(async () => {
  world = await startBuildWorld();
});
afterAll(() => world.stop());

/** The process ends here, and another one takes the row up. */
class PowerCut extends Error {}

const PROVISION_POINTS = [
  "provision.repository.begun",
  "provision.repository.after-commit",
  "provision.webhook.begun",
  "provision.webhook.before-effect",
  "provision.webhook.after-effect",
  "provision.webhook.after-commit",
  "provision.job.begun",
  "provision.job.before-effect",
  "provision.job.after-effect",
  "provision.job.after-commit",
];
const BUILD_POINTS = [
  "build.trigger.before-effect",
  "build.trigger.after-effect",
  "build.trigger.after-commit",
  "build.run.before-commit",
  "build.run.after-commit",
  "build.run.before-end",
  "build.run.after-end",
  "build.verify.before-commit",
  "build.verify.after-commit",
];

type Made = { appId: string; buildId: string; input: { name: string; gitlabProjectId: number } };

/** Everything that there is of a service in GitLab and Jenkins before its first build. */
async function provisioned({ appId, input }: Made) {
  const app = await world.db.app.findUniqueOrThrow({ where: { id: appId }, include: { ledger: true } });
  const { url, token } = world.outside.gitlab;
  const hooks = await fetch(`${url}/api/v4/projects/${input.gitlabProjectId}/hooks?per_page=100`, {
    headers: { "private-token": token },
  });
  const ours = hookUrlFor(world.build.keplerUrl, appId);
  return {
    state: app.provisionState,
    ledger: app.ledger.map((entry) => `${entry.system}/${entry.kind}/${entry.state}`).sort(),
    hooks: hookList.parse(await hooks.json()).filter((hook) => hook.url === ours).length,
    job: (await world.jenkins.findJob(`kepler-${input.name}`)) !== null,
  };
}
const hookList = z.array(z.object({ url: z.string() }));
const PROVISIONED = {
  state: "ready",
  ledger: ["gitlab/webhook/present", "jenkins/job/present"],
  hooks: 1,
  job: true,
};

/** How its build came out, and how many runs Jenkins made for it. */
async function built({ buildId, input }: Made) {
  const view = await getBuildView(world.db, buildId);
  const run = (number: number) => world.jenkins.getBuild(`kepler-${input.name}`, number);
  return {
    state: view.state,
    hasDigest: view.imageDigest !== null,
    steps: view.steps.map((step) => step.state),
    firstRun: (await run(1)).result,
    secondRun: await run(2).catch((error: unknown) => (error instanceof NotFound ? "none" : error)),
    releasesAsked: world.succeeded.filter((id) => id === buildId).length,
  };
}
const BUILT = {
  state: "succeeded",
  hasDigest: true,
  steps: ["done", "done", "done", "done"],
  firstRun: "SUCCESS",
  secondRun: "none",
  releasesAsked: 1,
};

describe.concurrent("a process that ends", () => {
  /** A checkpoint at which the power goes once, and what starts the process again when it did. */
  const powerCutAt = (point: string) => {
    let cuts = 0;
    return {
      checkpoint: (name: string) => {
        if (name !== point || cuts > 0) return Promise.resolve();
        cuts += 1;
        return Promise.reject(new PowerCut(name));
      },
      restarting: (step: () => Promise<RunResult>) => () =>
        step().catch((error: unknown): RunResult => {
          if (!(error instanceof PowerCut)) throw error;
          return { requeueAfterMs: 0 };
        }),
      cuts: () => cuts,
    };
  };

  it.each(PROVISION_POINTS)("at %s leaves one hook, one job and nothing behind", async (point) => {
    const made = await world.create();
    const { checkpoint, restarting, cuts } = powerCutAt(point);
    await drive(restarting(() => reconcileProvision({ ...world.provision, checkpoint }, made.appId)));
    expect(cuts()).toBe(1);
    expect(await provisioned(made)).toEqual(PROVISIONED);
  });

  it.each(BUILD_POINTS)("at %s leaves one run and one result", async (point) => {
    const made = await world.create();
    const { checkpoint, restarting, cuts } = powerCutAt(point);
    await drive(() => reconcileProvision(world.provision, made.appId));
    await drive(restarting(() => reconcileBuild({ ...world.build, checkpoint }, made.buildId)));
    expect(cuts()).toBe(1);
    expect(await built(made)).toEqual(BUILT);
  });
});

describe("a system in trouble", () => {
  type Trouble = (url: string, method: string) => "refuse" | "lose-answer" | null;
  const troubled =
    (trouble: Trouble): typeof fetch =>
    async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      const kind = trouble(url, init?.method ?? "GET");
      if (kind === "refuse") return new Response("Service Unavailable", { status: 503 });
      const response = await fetch(input, init);
      if (kind !== "lose-answer") return response;
      await response.arrayBuffer();
      throw new TypeError("fetch failed");
    };

  it("that did what it was asked but whose answer was lost is not asked twice", async () => {
    const made = await world.create();
    let lost = 0;
    const fetchWithLoss = troubled((url) =>
      url.includes("buildWithParameters") && lost++ === 0 ? "lose-answer" : null,
    );
    const jenkins = createJenkins({ ...world.outside.jenkins, fetch: fetchWithLoss });
    await provisionAndBuild({ ...world, build: { ...world.build, jenkins } }, made);
    expect(lost).toBe(1);
    expect(await built(made)).toEqual(BUILT);
  });

  it("is waited out, said on the step and on the system, and forgotten when it answers again", async () => {
    const made = await world.create();
    await drive(() => reconcileProvision(world.provision, made.appId));
    let down = true;
    const jenkins = createJenkins({ ...world.outside.jenkins, fetch: troubled(() => (down ? "refuse" : null)) });
    const build = { ...world.build, jenkins };
    expect(await reconcileBuild(build, made.buildId)).toMatchObject({ requeueAfterMs: expect.any(Number) });
    const waiting = await getBuildView(world.db, made.buildId);
    expect(waiting).toMatchObject({
      state: "requested",
      steps: [{ error: { system: "jenkins", code: "unavailable" } }, {}, {}, {}],
    });
    const status = await world.db.systemStatus.findUniqueOrThrow({ where: { key: "jenkins" } });
    expect(status.state).toBe("down");
    down = false;
    await drive(() => reconcileBuild(build, made.buildId));
    expect(await built(made)).toEqual(BUILT);
    expect((await world.db.systemStatus.findUniqueOrThrow({ where: { key: "jenkins" } })).state).toBe("up");
    expect((await getBuildView(world.db, made.buildId)).steps.map((step) => step.error)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("that refuses our token is no verdict on the image", async () => {
    const made = await world.create();
    let refused = 0;
    const denying: typeof fetch = (input, init) =>
      refused++ < 2 ? Promise.resolve(new Response("{}", { status: 401 })) : fetch(input, init);
    const registry = createRegistry({ ...world.outside.registry, fetch: denying });
    await provisionAndBuild({ ...world, build: { ...world.build, registry } }, made);
    expect(refused).toBeGreaterThan(2);
    expect(await built(made)).toEqual(BUILT);
  });

  it("whose job was deleted fails the build with what to do", async () => {
    const made = await world.create();
    await drive(() => reconcileProvision(world.provision, made.appId));
    await world.jenkins.deleteJob(`kepler-${made.input.name}`);
    await drive(() => reconcileBuild(world.build, made.buildId));
    const view = await getBuildView(world.db, made.buildId);
    expect(view).toMatchObject({
      state: "failed",
      error: { code: "not-found", next: expect.stringContaining("again") },
    });
  });
});
