import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Gitlab, type Project } from "#lib/clients/gitlab/client";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { Conflict, Denied, NotFound } from "#lib/platform/errors";
import { startWorld, type World } from "#tests/world/sandbox";

/** A real server needs a project with these names, too: seed it with sandbox/samples/node-hello. */
const SAMPLE = "samples/node-hello";

describe("GitLab", () => {
  let world: World<"gitlab">;
  let gitlab: Gitlab;
  let project: Project;

  beforeAll(async () => {
    world = await startWorld(["gitlab"]);
    gitlab = createGitlab(world.gitlab);
    project = await gitlab.getProject(SAMPLE);
  });
  afterAll(() => world?.stop());

  it("knows whose token it is, and refuses a wrong one", async () => {
    expect(await gitlab.whoAmI()).toMatchObject({ username: expect.any(String) });
    await expect(createGitlab({ ...world.gitlab, token: "glpat-wrong" }).whoAmI()).rejects.toThrow(Denied);
  });

  it("finds a project by a part of its name, and by its id", async () => {
    const found = await gitlab.searchProjects("node-hel");
    expect(found.rows.map((row) => row.path)).toContain(SAMPLE);
    expect(await gitlab.getProject(project.id)).toEqual(project);
    expect(project).toMatchObject({ defaultBranch: "main", empty: false, archived: false });
  });

  it("finds nothing under a name that nobody has", async () => {
    expect(await gitlab.searchProjects(randomUUID())).toEqual({ rows: [], more: false });
    await expect(gitlab.getProject("samples/nowhere")).rejects.toThrow(NotFound);
  });

  it("finds branches and tags by a part of their name", async () => {
    const branches = await gitlab.searchBranches(project.id, "");
    expect(branches.rows.find((row) => row.isDefault)?.name).toBe("main");
    expect((await gitlab.searchBranches(project.id, "greet")).rows.map((row) => row.name)).toEqual([
      "feature/greeting",
    ]);
    expect((await gitlab.searchTags(project.id, "")).rows.map((row) => row.name)).toContain("v1.0.0");
  });

  it("resolves a branch with a slash and an annotated tag to their commits", async () => {
    const branch = await gitlab.resolveRef(project.id, "feature/greeting", "branch");
    expect(await gitlab.getCommit(project.id, branch.sha)).toEqual(branch);
    const tag = await gitlab.resolveRef(project.id, "v1.0.0", "tag");
    expect(await gitlab.getCommit(project.id, tag.sha)).toEqual(tag);
    expect(Date.parse(tag.committedAt)).not.toBeNaN();
  });

  it("does not take a tag for a branch, nor a name that is neither", async () => {
    await expect(gitlab.resolveRef(project.id, "v1.0.0", "branch")).rejects.toThrow(NotFound);
    await expect(gitlab.resolveRef(project.id, "main", "tag")).rejects.toThrow(NotFound);
    await expect(gitlab.getCommit(project.id, "no-such-ref")).rejects.toThrow(NotFound);
  });

  it("reads a file at a ref and lists the tree", async () => {
    const file = await gitlab.readFile(project.id, "Dockerfile", "main");
    expect(file.content).toMatch(/^FROM /m);
    expect(file.sizeBytes).toBe(Buffer.byteLength(file.content));
    expect(file.commitSha).toBe((await gitlab.resolveRef(project.id, "main", "branch")).sha);
    await expect(gitlab.readFile(project.id, "no/Dockerfile", "main")).rejects.toThrow(NotFound);
    const pathMatches = (path: string) => /(^|\/)Dockerfile$/.test(path);
    expect(await gitlab.listFiles(project.id, "main", { pathMatches })).toEqual(["Dockerfile"]);
  });

  it("creates a hook, finds it again by its URL, changes it and deletes it, twice without harm", async () => {
    const url = `http://127.0.0.1:9/${randomUUID()}`;
    const settings = { url, token: "t", pushEvents: true, tagPushEvents: true };
    expect(await gitlab.findHook(project.id, url)).toBeNull();
    const hook = await gitlab.createHook(project.id, settings);
    expect(await gitlab.findHook(project.id, url)).toEqual({ id: hook.id, url, alertStatus: "executable" });
    expect((await gitlab.listHooks(project.id)).filter((one) => one.url === url)).toEqual([
      { id: hook.id, url, alertStatus: "executable" },
    ]);
    const changed = await gitlab.updateHook(project.id, hook.id, { ...settings, tagPushEvents: false });
    expect(changed.id).toBe(hook.id);
    await gitlab.deleteHook(project.id, hook.id);
    await gitlab.deleteHook(project.id, hook.id);
    expect(await gitlab.findHook(project.id, url)).toBeNull();
  });

  it("proposes files on a new branch, and tells a branch that exists", async () => {
    const branch = `kepler/${randomUUID()}`;
    const files = [{ path: "docs/kepler.md", content: "grüße\n" }];
    const proposal = { branch, target: "main", title: "Add a file", files };
    const opened = await gitlab.openMergeRequest(project.id, proposal);
    expect(opened).toMatchObject({ branch, url: expect.stringContaining("/merge_requests/") });
    expect((await gitlab.readFile(project.id, "docs/kepler.md", branch)).content).toBe("grüße\n");
    await expect(gitlab.openMergeRequest(project.id, proposal)).rejects.toThrow(Conflict);
  });
});
