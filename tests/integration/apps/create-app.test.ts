import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkDockerfile } from "#lib/apps/check-dockerfile";
import { checkName } from "#lib/apps/check-name";
import { createApp } from "#lib/apps/create-app";
import { proposeDockerfile } from "#lib/apps/propose-dockerfile";
import { createDraft } from "#lib/apps/save-draft";
import { searchRefs, searchRepositories } from "#lib/apps/search-repositories";
import { Conflict, Invalid } from "#lib/platform/errors";
import { startAppWorld } from "./app-world.ts";

let world: Awaited<ReturnType<typeof startAppWorld<never>>>;
beforeAll(async () => {
  world = await startAppWorld([]);
});
afterAll(() => world.stop());

describe("creating a service", () => {
  it("writes everything that the worker then makes true, and takes the draft away", async () => {
    const draft = await createDraft(world.db, { userId: world.user.id }, { step: 3, body: { name: "x" } });
    const input = await world.wanted({ draftId: draft.id });
    const { appId } = await createApp(world, world.user.id, input);
    const app = await world.db.app.findUniqueOrThrow({
      where: { id: appId },
      include: { provisionSteps: true, builds: { include: { steps: true } }, specDrafts: true },
    });
    expect(app).toMatchObject({ provisionState: "pending", imageRepository: `127.0.0.1:5000/${input.name}` });
    expect(app.provisionSteps.map((step) => step.name)).toEqual(["repository", "webhook", "job"]);
    expect(app.specDrafts).toMatchObject([{ environmentId: world.environment.id, spec: input.settings }]);
    const main = await world.gitlab.resolveRef(input.gitlabProjectId, "main", "branch");
    expect(app.builds).toMatchObject([{ number: 1, trigger: "create", state: "requested", commitSha: main.sha }]);
    expect(await world.db.appDraft.count()).toBe(0);
  });

  it("keeps its secrets sealed", async () => {
    const { appId } = await createApp(world, world.user.id, await world.wanted());
    const app = await world.db.app.findUniqueOrThrow({ where: { id: appId } });
    expect([app.webhookSecret, app.callbackSecret]).toEqual([
      expect.stringMatching(/^v1\./),
      expect.stringMatching(/^v1\./),
    ]);
  });

  it("answers a repeated submit with the service that the first one made, also when both come at once", async () => {
    const input = await world.wanted();
    const both = await Promise.all([1, 2].map(() => createApp(world, world.user.id, input)));
    const again = await createApp(world, world.user.id, input);
    expect(new Set([...both, again].map((made) => made.appId)).size).toBe(1);
    expect(await world.db.build.count({ where: { appId: again.appId } })).toBe(1);
  });

  it("refuses a name that is taken, saying which field", async () => {
    const { name } = await createApp(world, world.user.id, await world.wanted());
    const failure = await createApp(world, world.user.id, await world.wanted({ name })).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Conflict);
    expect(failure).toMatchObject({ fields: [{ path: "name" }] });
    expect(await checkName(world.db, name)).toEqual({ free: false, reason: "name.taken" });
  });

  it("gives a name back when its service is retired, unless something was kept under it", async () => {
    const { name, appId } = await createApp(world, world.user.id, await world.wanted());
    const gone = { retiringAt: new Date(), retiredAt: new Date() };
    await world.db.app.update({ where: { id: appId }, data: gone });
    const kept = { appId, system: "registry", kind: "repository", key: `host/${name}`, state: "present" as const };
    await world.db.ledgerEntry.create({ data: kept });
    expect(await checkName(world.db, name)).toEqual({ free: false, reason: "name.kept" });
    const refused = createApp(world, world.user.id, await world.wanted({ name }));
    await expect(refused).rejects.toMatchObject({ code: "conflict", fields: [{ path: "name", message: "name.kept" }] });

    await world.db.ledgerEntry.updateMany({ where: { appId }, data: { state: "absent" } });
    expect(await checkName(world.db, name)).toEqual({ free: true, reason: null });
    const second = await createApp(world, world.user.id, await world.wanted({ name }));
    expect(second.appId).not.toBe(appId);
    expect(await checkName(world.db, name)).toEqual({ free: false, reason: "name.taken" });
  });

  it.each([
    ["ref", { ref: "no-such-branch" }],
    ["gitlabProjectId", { gitlabProjectId: 999_999 }],
    ["teamId", { teamId: "0197aaaa-0000-7000-8000-000000000000" }],
    ["environmentId", { environmentId: "0197aaaa-0000-7000-8000-000000000000" }],
    ["name", { name: "kepler" }],
  ])("says that %s is wrong and leaves nothing behind", async (path, over) => {
    const before = await world.db.app.count();
    const failure = await createApp(world, world.user.id, await world.wanted(over)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Invalid);
    expect(failure).toMatchObject({ fields: [{ path }] });
    expect(await world.db.app.count()).toBe(before);
  });
});

describe("what the wizard asks of GitLab", () => {
  it("finds repositories and refs by what was typed", async () => {
    const found = await searchRepositories(world, "node");
    // GitLab also finds what is only described so: what is named so comes first.
    expect(found.rows.map((row) => row.path)).toEqual(["samples/node-hello", "samples/no-dockerfile"]);
    const id = found.rows.find((row) => row.path === "samples/node-hello")?.id ?? 0;
    const refs = await searchRefs(world, id, { q: "" });
    expect(refs.rows[0]).toMatchObject({ name: "main", kind: "branch", isDefault: true });
    expect(refs.rows.map((ref) => ref.name)).toEqual(expect.arrayContaining(["feature/greeting", "v1.0.0"]));
    expect((await searchRefs(world, id, { q: "greet", kind: "branch" })).rows).toHaveLength(1);
  });

  it("reads ports and language from the Dockerfile", async () => {
    const { id } = await world.gitlab.getProject("samples/node-hello");
    const check = await checkDockerfile(world, id, { ref: "main", path: "Dockerfile" });
    expect(check).toMatchObject({ found: true, exposedPorts: [8080], language: "nodejs" });
  });

  it("offers a template as a merge request where there is none, once", async () => {
    const { id } = await world.gitlab.getProject("samples/no-dockerfile");
    const check = await checkDockerfile(world, id, { ref: "main", path: "Dockerfile" });
    expect(check).toMatchObject({ found: false });
    const input = { ref: "main", path: "Dockerfile", language: "nodejs" } as const;
    const proposed = await proposeDockerfile(world, id, input);
    expect(proposed.mergeRequestUrl).toMatch(/merge_requests\/\d+$/);
    const onBranch = await checkDockerfile(world, id, { ref: proposed.branch, path: "Dockerfile" });
    expect(onBranch.found).toBe(true);
    await expect(proposeDockerfile(world, id, input)).rejects.toBeInstanceOf(Conflict);
  });
});
