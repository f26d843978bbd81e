import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { startWorld, type World } from "../world/sandbox.ts";
import { describeClient } from "./client.ts";
import { gitlabPrelude, pythonWith, runPython } from "./python.ts";

// https://python-gitlab.readthedocs.io
describeClient(pythonWith("python-gitlab", "gitlab"), (python) => {
  let world: World<"gitlab">;
  const receiver = createServer((_request, response) => response.end());
  let hookUrl = "";
  beforeAll(async () => {
    world = await startWorld(["gitlab"]);
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    hookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  });
  afterAll(async () => {
    receiver.close();
    await world.stop();
  });

  const run = <T extends z.ZodType>(shape: T, script: string) =>
    runPython(python, { shape, script, prelude: gitlabPrelude(world.gitlab) });

  test("sets up a webhook, tests it, changes and deletes it", async () => {
    const hook = await run(
      z.object({ status: z.string(), after: z.number(), error: z.unknown() }),
      `hook = project.hooks.create(dict(url=${JSON.stringify(hookUrl)}, token="secret", push_events=True, tag_push_events=True))
assert "token" not in hook.attributes
gl.http_post(f"/projects/{project.id}/hooks/{hook.id}/test/push_events")
hook.push_events_branch_filter = "main"
hook.save()
assert project.hooks.get(hook.id).push_events_branch_filter == "main"
error = None
try:
    project.hooks.create(dict(url="nonsense"))
except gitlab.exceptions.GitlabCreateError as refused:
    error = [refused.response_code, refused.error_message]
status = project.hooks.get(hook.id).alert_status
hook.delete()
result = dict(status=status, after=len(project.hooks.list(get_all=True)), error=error)`,
    );
    expect(hook).toEqual({ status: "executable", after: 0, error: [422, "Invalid url given"] });
  });

  test("opens, finds, changes, merges and closes merge requests", async () => {
    const { states, error } = await run(
      z.object({ states: z.array(z.string()), error: z.unknown() }),
      `def propose(name):
    project.commits.create(dict(branch=name, start_branch="main", commit_message=f"Add {name}",
        actions=[dict(action="create", file_path=f"{name}.txt", content=name)]))
    return project.mergerequests.create(dict(source_branch=name, target_branch="main", title=f"Add {name}"))
merged = propose("mr-one")
error = None
try:
    project.mergerequests.create(dict(source_branch="mr-one", target_branch="main", title="Again"))
except gitlab.exceptions.GitlabCreateError as refused:
    error = [refused.response_code, refused.error_message]
merged.title = "Add one"
merged.save()
assert [c["new_path"] for c in merged.changes()["changes"]] == ["mr-one.txt"]
assert [c.title for c in merged.commits()] == ["Add mr-one"]
merged.merge(should_remove_source_branch=True)
closed = propose("mr-two")
closed.state_event = "close"
closed.save()
assert "mr-one" not in [b.name for b in project.branches.list(get_all=True)]
assert [m.title for m in project.mergerequests.list(state="merged")] == ["Add one"]
result = dict(states=[project.mergerequests.get(m.iid).state for m in (merged, closed)], error=error)`,
    );
    expect(states).toEqual(["merged", "closed"]);
    expect(error).toEqual([409, ["Another open merge request already exists for this source branch: !1"]]);
  });

  test("adds, raises and removes members, and sees the inherited ones", async () => {
    const members = await run(
      z.object({ inherited: z.array(z.string()), direct: z.array(z.string()), error: z.unknown() }),
      `tomas = gl.users.list(username="tomas")[0]
member = project.members.create(dict(user_id=tomas.id, access_level=gitlab.const.AccessLevel.DEVELOPER))
error = None
try:
    project.members.create(dict(user_id=tomas.id, access_level=30))
except gitlab.exceptions.GitlabCreateError as refused:
    error = [refused.response_code, refused.error_message]
member.access_level = gitlab.const.AccessLevel.MAINTAINER
member.save()
assert project.members_all.get(tomas.id).access_level == 40
direct = [m.username for m in project.members.list()]
member.delete()
assert project.members.list() == []
group = gl.groups.get("samples")
assert {m.username for m in group.members.list(get_all=True)} == {m.username for m in project.members_all.list(get_all=True)}
result = dict(inherited=[m.username for m in project.members_all.list(get_all=True)], direct=direct, error=error)`,
    );
    expect(members.direct).toEqual(["tomas"]);
    expect(members.inherited).toEqual(expect.arrayContaining(["root", "maya", "chen.xiao", "tomas"]));
    expect(members.error).toEqual([409, "Member already exists"]);
  });

  test("waits and asks again when GitLab says that it asks too much", async () => {
    const lift = await world.putOutOfOrder({
      system: "gitlab",
      kind: "answer",
      status: 429,
      body: "Retry later\n",
      headers: { "content-type": "text/plain", "retry-after": "1" },
      path: "/api/v4/projects\\?",
      times: 2,
    });
    const { seconds } = await run(
      z.object({ seconds: z.number() }),
      `import time
begun = time.monotonic()
assert gl.projects.list(search="node-hello")
result = dict(seconds=time.monotonic() - begun)`,
    );
    expect(seconds).toBeGreaterThan(2);
    await lift();
  });
});
