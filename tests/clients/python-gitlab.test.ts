import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { startWorld, type World } from "../world/sandbox.ts";
import { describeClient } from "./client.ts";
import { gitlabPrelude, pythonWith, runPython } from "./python.ts";

// https://python-gitlab.readthedocs.io
describeClient(pythonWith("python-gitlab", "gitlab"), (python) => {
  let world: World<"gitlab">;
  beforeAll(async () => {
    world = await startWorld(["gitlab"]);
  });
  afterAll(() => world.stop());

  const run = <T extends z.ZodType>(shape: T, script: string) =>
    runPython(python, { shape, script, prelude: gitlabPrelude(world.gitlab) });

  test("signs in, and finds projects by name over several pages", async () => {
    const found = await run(
      z.object({ user: z.string(), version: z.string(), all: z.number(), paged: z.number(), keyset: z.number() }),
      `paged = [p.id for p in gl.projects.list(per_page=2, iterator=True)]
keyset = [p.id for p in gl.projects.list(per_page=2, pagination="keyset", order_by="id", iterator=True)]
assert sorted(paged) == sorted(keyset)
assert [p.path for p in gl.projects.list(search="node-hello")] == ["node-hello"]
result = dict(user=gl.user.username, version=gl.version()[0], all=gl.projects.list(iterator=True).total, paged=len(set(paged)), keyset=len(keyset))`,
    );
    expect(found).toMatchObject({ user: "root", all: found.paged, keyset: found.paged });
    expect(found.paged).toBeGreaterThan(2);
  });

  test("makes a project, and is told why it cannot have the same twice", async () => {
    const { error } = await run(
      z.object({ error: z.object({ code: z.number(), message: z.unknown() }) }),
      `made = gl.projects.create(dict(name="From Python", path="from-python"))
assert made.empty_repo and made.default_branch is None
try:
    gl.projects.create(dict(name="From Python", path="from-python"))
except gitlab.exceptions.GitlabCreateError as error:
    result = dict(error=dict(code=error.response_code, message=error.error_message))
made.delete()
try:
    gl.projects.get("samples/from-python")
    raise AssertionError("it is still there")
except gitlab.exceptions.GitlabGetError as error:
    assert error.response_code == 404 and error.error_message == "404 Project Not Found"`,
    );
    expect(error).toMatchObject({ code: 400, message: { path: ["has already been taken"] } });
  });

  test("makes and deletes branches and tags", async () => {
    const { names } = await run(
      z.object({ names: z.array(z.string()) }),
      `branch = project.branches.create(dict(branch="topic/py", ref="main"))
assert branch.commit["id"] == project.branches.get("main").commit["id"]
tag = project.tags.create(dict(tag_name="py-1", ref="topic/py", message="From Python"))
assert tag.message == "From Python" and tag.commit["id"] == branch.commit["id"]
assert [t.name for t in project.tags.list(search="^py-")] == ["py-1"]
tag.delete()
branch.delete()
result = dict(names=[b.name for b in project.branches.list(get_all=True)])`,
    );
    expect(names).toContain("main");
    expect(names).not.toContain("topic/py");
  });

  test("writes files and commits, reads them back, and compares", async () => {
    const { titles } = await run(
      z.object({ titles: z.array(z.string()) }),
      `project.branches.create(dict(branch="files", ref="main"))
made = project.files.create(dict(file_path="docs/a b.txt", branch="files", content="one", commit_message="Add a file"))
stored = project.files.get(file_path="docs/a b.txt", ref="files")
assert stored.decode() == b"one"
stored.content = "two"
stored.save(branch="files", commit_message="Change it")
assert project.files.raw(file_path="docs/a b.txt", ref="files") == b"two"
commit = project.commits.create(dict(branch="files", commit_message="Two at once", actions=[
    dict(action="create", file_path="x.txt", content="x"),
    dict(action="delete", file_path="docs/a b.txt")]))
assert sorted(d["new_path"] for d in commit.diff()) == ["docs/a b.txt", "x.txt"]
assert [e["path"] for e in project.repository_tree(ref="files", get_all=True) if e["path"] == "x.txt"] == ["x.txt"]
assert len(project.repository_compare("main", "files")["commits"]) == 3
assert project.repository_archive(sha="files")[:2] == b"\\x1f\\x8b"
result = dict(titles=[c.title for c in project.commits.list(ref_name="files", per_page=3, page=1)])`,
    );
    expect(titles).toEqual(["Two at once", "Change it", "Add a file"]);
  });

  test("is told that a token is wrong, and that a token may only read", async () => {
    const errors = await run(
      z.array(z.unknown()),
      `def refusal(work):
    try:
        work()
    except gitlab.exceptions.GitlabError as error:
        return [error.response_code, error.error_message]
wrong = gitlab.Gitlab(gl.url, private_token="glpat-wrong")
token = gl.users.get(gl.user.id).personal_access_tokens.create(dict(name="reader", scopes=["read_api"])).token
reader = gitlab.Gitlab(gl.url, private_token=token)
assert reader.projects.get(project.id).path == "node-hello"
result = [refusal(wrong.auth), refusal(lambda: reader.projects.create(dict(name="no")))]`,
    );
    expect(errors).toEqual([
      [401, "401 Unauthorized"],
      [403, "insufficient_scope"],
    ]);
  });
});
