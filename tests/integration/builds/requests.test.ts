import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "#lib/apps/create-app";
import { cancelBuild } from "#lib/builds/cancel-build";
import { getBuildView, listBuilds } from "#lib/builds/queries";
import { calledBackBuild, receiveCallback } from "#lib/builds/receive-callback";
import { deliveredApp, receivePush } from "#lib/builds/receive-push";
import { requestBuild } from "#lib/builds/request-build";
import { createPushSweep } from "#lib/builds/sweep-lost-pushes";
import { hmacToken, open } from "#lib/platform/crypto";
import { Denied, Invalid } from "#lib/platform/errors";
import { startAppWorld } from "../apps/app-world.ts";

let world: Awaited<ReturnType<typeof startAppWorld<never>>>;
let appId: string;
const now = () => new Date();

beforeAll(async () => {
  world = await startAppWorld([]);
});
afterAll(() => world.stop());

const freshApp = async () => {
  appId = (await createApp(world, world.user.id, await world.wanted())).appId;
  return world.db.app.findUniqueOrThrow({ where: { id: appId } });
};
const request = (over: Partial<Parameters<typeof requestBuild>[3]> = {}) =>
  requestBuild(world, appId, world.user.id, {
    ref: "main",
    refKind: "branch",
    idempotencyKey: randomUUID(),
    ...over,
  });

describe("asking for a build", () => {
  it("numbers builds without gaps or twins however many ask at once", async () => {
    await freshApp();
    const asked = await Promise.all(Array.from({ length: 12 }, () => request()));
    expect(asked.map((build) => build.number).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it("answers a double click with the first build", async () => {
    await freshApp();
    const idempotencyKey = randomUUID();
    const both = await Promise.all([request({ idempotencyKey }), request({ idempotencyKey })]);
    expect(both[0]).toEqual(both[1]);
    expect(await request({ idempotencyKey })).toEqual(both[0]);
  });

  it("fixes the commit of a branch, a tag and a sha", async () => {
    const app = await freshApp();
    const tag = await world.gitlab.resolveRef(app.gitlabProjectId ?? 0, "v1.0.0", "tag");
    const built = await request({ ref: "v1.0.0", refKind: "tag" });
    expect(await getBuildView(world.db, built.buildId)).toMatchObject({ commitSha: tag.sha, commitTitle: tag.title });
    const bySha = await request({ ref: tag.sha.slice(0, 10), refKind: "commit" });
    expect(await getBuildView(world.db, bySha.buildId)).toMatchObject({ commitSha: tag.sha });
  });

  it("refuses a ref that GitLab does not have, naming the field", async () => {
    await freshApp();
    const failure = await request({ ref: "nowhere" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Invalid);
    expect(failure).toMatchObject({ fields: [{ path: "ref" }] });
  });

  it("lists builds newest first, page by page", async () => {
    await freshApp();
    await request();
    await request();
    const page = await listBuilds(world.db, appId, { page: 2, pageSize: 1 });
    expect(page).toMatchObject({ total: 3, rows: [{ number: 2, requestedBy: "Lin", trigger: "manual" }] });
  });

  it("may be taken back, which says so at once and waits for Jenkins to confirm", async () => {
    await freshApp();
    const { buildId } = await request();
    await cancelBuild({ ...world, now }, buildId);
    await cancelBuild({ ...world, now }, buildId);
    expect(await getBuildView(world.db, buildId)).toMatchObject({ state: "cancelling", endedAt: null });
  });
});

describe("a delivery of GitLab", () => {
  const deliver = async (body: object, over: Record<string, string> = {}) => {
    const app = await world.db.app.findUniqueOrThrow({ where: { id: appId } });
    const headers = new Headers({
      "x-gitlab-token": open(app.webhookSecret),
      "x-gitlab-event": "Push Hook",
      "idempotency-key": randomUUID(),
      ...over,
    });
    const verified = await deliveredApp({ db: world.db, open, now }, appId, headers);
    return receivePush({ ...world, now }, verified, JSON.stringify(body));
  };
  const push = (app: { gitlabProjectId: number | null }, over: object = {}) => {
    const sha = randomUUID().replaceAll("-", "").padEnd(40, "a");
    const commits = [{ id: sha, message: "Greet\n", author: { name: "Priya" } }];
    const project = { id: app.gitlabProjectId };
    return { object_kind: "push", ref: "refs/heads/main", after: sha, checkout_sha: sha, project, commits, ...over };
  };

  it("of a push requests a build and is kept with its verdict", async () => {
    const app = await freshApp();
    const body = push(app);
    expect(await deliver(body)).toMatchObject({ verdict: "accepted" });
    const { rows } = await listBuilds(world.db, appId, { page: 1, pageSize: 1 });
    expect(rows).toMatchObject([
      { trigger: "push", commitSha: body.after, commitTitle: "Greet", commitAuthor: "Priya" },
    ]);
    const kept = await world.db.webhookDelivery.findMany({ where: { appId } });
    expect(kept).toMatchObject([{ verdict: "accepted", event: "Push Hook", body }]);
  });

  it("that comes twice is counted and builds once, also when both come together", async () => {
    const app = await freshApp();
    const key = { "idempotency-key": "same-key" };
    const body = push(app);
    const answers = await Promise.all([deliver(body, key), deliver(body, key), deliver(body, key)]);
    expect(answers.map((answer) => answer.verdict).sort()).toEqual(["accepted", "duplicate", "duplicate"]);
    expect(await world.db.build.count({ where: { appId, trigger: "push" } })).toBe(1);
    expect(await world.db.webhookDelivery.findMany({ where: { appId } })).toMatchObject([{ repeats: 2 }]);
  });

  it("of a commit that is the newest build already builds nothing, but going back to an earlier one does", async () => {
    const app = await freshApp();
    const [a, b] = [push(app), push(app)];
    await deliver(a);
    expect(await deliver(a)).toMatchObject({ verdict: "ignored", reason: expect.stringContaining("build 2") });
    await deliver(b);
    expect(await deliver(a)).toMatchObject({ verdict: "accepted" });
  });

  it("with a wrong token is refused, and leaves no more than one row however often it is tried", async () => {
    const app = await freshApp();
    const forged = () => deliver(push(app), { "x-gitlab-token": "guess" });
    await expect(forged()).rejects.toBeInstanceOf(Denied);
    await expect(forged()).rejects.toBeInstanceOf(Denied);
    expect(await world.db.webhookDelivery.findMany({ where: { appId } })).toMatchObject([
      { verdict: "rejected", repeats: 1 },
    ]);
    const unknown = deliveredApp({ db: world.db, open, now }, "not-an-id", new Headers({ "x-gitlab-token": "" }));
    await expect(unknown).rejects.toBeInstanceOf(Denied);
  });

  it("that is no push event is kept as rejected, not crashed upon", async () => {
    await freshApp();
    expect(await deliver({ custom: "template" })).toMatchObject({ verdict: "rejected" });
  });
});

describe("a callback of Jenkins", () => {
  it("is believed only with this build's own token, and only as a reason to look", async () => {
    const app = await freshApp();
    const { buildId } = await request();
    const own = hmacToken(open(app.callbackSecret), buildId);
    const bearer = (token: string) => new Headers({ authorization: `Bearer ${token}` });
    const verifier = { db: world.db, open };
    await expect(calledBackBuild(verifier, buildId, bearer("guess"))).rejects.toBeInstanceOf(Denied);
    const other = hmacToken(open(app.callbackSecret), randomUUID());
    await expect(calledBackBuild(verifier, buildId, bearer(other))).rejects.toBeInstanceOf(Denied);
    await receiveCallback({ ...world, now }, await calledBackBuild(verifier, buildId, bearer(own)));
    expect((await getBuildView(world.db, buildId)).state).toBe("requested");
  });
});

describe("a push whose webhook never came", () => {
  it("is found by the second sweep and built once", async () => {
    await freshApp();
    await world.db.app.updateMany({ data: { buildOnPush: false } });
    await world.db.app.update({ where: { id: appId }, data: { provisionState: "ready", buildOnPush: true } });
    await world.db.build.updateMany({ where: { appId }, data: { commitSha: "0".repeat(40) } });
    const sweep = createPushSweep(world);
    expect(await sweep()).toEqual({ checked: 1, found: 0 });
    expect(await sweep()).toEqual({ checked: 1, found: 1 });
    expect(await sweep()).toEqual({ checked: 1, found: 0 });
    const builds = await world.db.build.findMany({ where: { appId }, orderBy: { number: "asc" } });
    expect(builds.map((build) => build.trigger)).toEqual(["create", "sweep"]);
  });
});
