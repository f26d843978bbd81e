import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { waitFor } from "#tests/world/wait-for";
import {
  emptyFolder,
  type GitlabWorld,
  git,
  gitlabWorld,
  type Received,
  type Receiver,
  removeFolder,
  webhookReceiver,
} from "./gitlab-world.ts";

const NODE = "/projects/samples%2Fnode-hello";
const ZEROS = "0".repeat(40);

let now: Date;
let gitlab: GitlabWorld;
let receiver: Receiver;
let folder: string;

beforeEach(async () => {
  now = new Date("2026-06-01T08:00:00Z");
  gitlab = await gitlabWorld({ now: () => now });
  receiver = await webhookReceiver();
  folder = await emptyFolder();
  await git(folder, "clone", "-q", gitlab.remote("samples/node-hello"), ".");
});
afterEach(async () => {
  await gitlab.stop();
  await receiver.close();
  await removeFolder(gitlab.home);
  await removeFolder(folder);
});

const hookView = z.object({ id: z.number(), alert_status: z.string(), disabled_until: z.string().nullable() });

async function addHook(fields: object = {}): Promise<number> {
  const body = { url: receiver.url, token: "s3cret", push_events: true, tag_push_events: true, ...fields };
  const made = await gitlab.api(`${NODE}/hooks`, { method: "POST", body });
  expect(made.status).toBe(201);
  return hookView.parse(await made.json()).id;
}

async function commit(name: string): Promise<string> {
  await writeFile(join(folder, name), `${name}\n`);
  await git(folder, "add", name);
  await git(folder, "commit", "-q", "-m", `Add ${name}`);
  return (await git(folder, "rev-parse", "HEAD")).trim();
}

const push = (...refs: string[]) => git(folder, "push", "-q", "origin", ...refs);
const delivered = (count: number): Promise<Received[]> =>
  waitFor(`${count} deliveries`, () => receiver.received.length >= count && receiver.received, 10_000);

describe("a push", () => {
  it("is told with everything a receiver needs to trust and to act", async () => {
    await addHook();
    const before = (await git(folder, "rev-parse", "HEAD")).trim();
    const after = await commit("one.txt");
    await push("main");
    const [delivery] = await delivered(1);
    expect(delivery?.headers).toMatchObject({
      "x-gitlab-event": "Push Hook",
      "x-gitlab-token": "s3cret",
      "x-gitlab-instance": gitlab.url,
      "content-type": "application/json",
      "user-agent": expect.stringMatching(/^GitLab\//),
    });
    for (const name of ["idempotency-key", "x-gitlab-webhook-uuid", "x-gitlab-event-uuid"]) {
      expect(delivery?.headers[name]).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(delivery?.body).toMatchObject({
      object_kind: "push",
      ref: "refs/heads/main",
      before,
      after,
      checkout_sha: after,
      total_commits_count: 1,
      project: { path_with_namespace: "samples/node-hello", git_http_url: `${gitlab.url}/samples/node-hello.git` },
      commits: [
        { id: after, title: "Add one.txt", author: { name: "Lin Wei" }, added: ["one.txt"], modified: [], removed: [] },
      ],
    });
  });

  it("of 25 commits carries the last 20 and the true count", async () => {
    await addHook();
    for (let i = 1; i <= 25; i++) await git(folder, "commit", "-q", "--allow-empty", "-m", `Step ${i}`);
    await push("main");
    const [delivery] = await delivered(1);
    const { commits } = z.object({ commits: z.array(z.object({ title: z.string() })) }).parse(delivery?.body);
    expect(delivery?.body).toMatchObject({ total_commits_count: 25 });
    expect([commits.length, commits[0]?.title, commits.at(-1)?.title]).toEqual([20, "Step 6", "Step 25"]);
  });

  it("of a new branch counts its own commits, and its deletion has no checkout_sha", async () => {
    await addHook();
    await git(folder, "checkout", "-q", "-b", "topic/x");
    const tip = await commit("x.txt");
    await push("topic/x");
    await delivered(1);
    await push("--delete", "topic/x");
    const [created, removed] = await delivered(2);
    expect(created?.body).toMatchObject({ before: ZEROS, after: tip, total_commits_count: 1 });
    expect(removed?.body).toMatchObject({ before: tip, after: ZEROS, checkout_sha: null, commits: [] });
  });

  it("of an annotated tag names the tag object and the commit below it", async () => {
    await addHook();
    await git(folder, "tag", "-a", "v2.0.0", "-m", "The second");
    await push("v2.0.0");
    const [delivery] = await delivered(1);
    const [object, sha] = (await git(folder, "rev-parse", "v2.0.0", "v2.0.0^{commit}")).trim().split("\n");
    expect(delivery?.headers["x-gitlab-event"]).toBe("Tag Push Hook");
    expect(delivery?.body).toMatchObject({
      object_kind: "tag_push",
      ref: "refs/tags/v2.0.0",
      after: object,
      checkout_sha: sha,
      message: "The second",
    });
  });

  it("of more than three refs at once is not told at all", async () => {
    await addHook();
    for (const name of ["a", "b", "c", "d"]) await git(folder, "branch", name);
    await push("a", "b", "c", "d");
    const tip = await commit("after.txt");
    await push("main");
    const [only] = await delivered(1);
    expect(only?.body).toMatchObject({ ref: "refs/heads/main", after: tip });
    expect(receiver.received).toHaveLength(1);
  });

  it("through the API is told too", async () => {
    await addHook();
    const file = `${NODE}/repository/files/${encodeURIComponent("docs/new.md")}`;
    const body = { branch: "main", content: "text", commit_message: "Add docs" };
    expect((await gitlab.api(file, { method: "POST", body })).status).toBe(201);
    const [delivery] = await delivered(1);
    expect(delivery?.body).toMatchObject({
      ref: "refs/heads/main",
      commits: [{ title: "Add docs", added: ["docs/new.md"] }],
    });
  });

  it("reaches only the hooks that want it", async () => {
    await addHook({ push_events: false });
    await addHook({ push_events_branch_filter: "release/*" });
    await commit("quiet.txt");
    await push("main");
    await git(folder, "checkout", "-q", "-b", "release/1");
    await commit("loud.txt");
    await push("release/1");
    const [only] = await delivered(1);
    expect(only?.body).toMatchObject({ ref: "refs/heads/release/1" });
    expect(receiver.received).toHaveLength(1);
  });

  it("does not wait for a receiver that is away", async () => {
    await addHook({ url: "http://127.0.0.1:9/nobody" });
    await commit("quick.txt");
    await expect(push("main")).resolves.toBeDefined();
  });
});

describe("a hook", () => {
  it("never shows its token, and loses it when its address changes", async () => {
    const id = await addHook();
    const shown = await (await gitlab.api(`${NODE}/hooks/${id}`)).text();
    expect(shown).not.toContain("s3cret");
    await gitlab.api(`${NODE}/hooks/${id}`, { method: "PUT", body: { url: `${receiver.url}/elsewhere` } });
    await commit("moved.txt");
    await push("main");
    const [delivery] = await delivered(1);
    expect(delivery?.headers["x-gitlab-token"]).toBeUndefined();
  });

  it("with an address that is none is refused with 422", async () => {
    for (const url of ["ftp://example.com", "not a url"]) {
      const refused = await gitlab.api(`${NODE}/hooks`, { method: "POST", body: { url } });
      expect([refused.status, await refused.json()]).toEqual([422, { error: "Invalid url given" }]);
    }
  });

  it("is tested with a sample push, and the test tells when nobody answers", async () => {
    const id = await addHook();
    expect((await gitlab.api(`${NODE}/hooks/${id}/test/push_events`, { method: "POST" })).status).toBe(201);
    expect(receiver.received[0]?.body).toMatchObject({ object_kind: "push", ref: "refs/heads/main" });
    receiver.answer = "cut";
    expect((await gitlab.api(`${NODE}/hooks/${id}/test/push_events`, { method: "POST" })).status).toBe(422);
  });

  it("is deleted once", async () => {
    const id = await addHook();
    expect((await gitlab.api(`${NODE}/hooks/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await gitlab.api(`${NODE}/hooks/${id}`, { method: "DELETE" })).status).toBe(404);
  });

  it("that fails four times in a row rests a minute, hears nothing meanwhile, then works again", async () => {
    const id = await addHook();
    const hook = async () => hookView.parse(await (await gitlab.api(`${NODE}/hooks/${id}`)).json());
    receiver.answer = 500;
    for (let i = 1; i <= 4; i++) {
      await commit(`fail-${i}.txt`);
      await push("main");
      await delivered(i);
    }
    await waitFor("the back-off", async () => (await hook()).alert_status === "temporarily_disabled");
    expect((await hook()).disabled_until).toBe("2026-06-01T08:01:00.000Z");

    receiver.answer = 200;
    await commit("unheard.txt");
    await push("main");
    now = new Date("2026-06-01T08:01:01Z");
    const heard = await commit("heard.txt");
    await push("main");
    const last = (await delivered(5)).at(-1);
    expect(last?.body).toMatchObject({ after: heard });
    expect(receiver.received).toHaveLength(5);
    await waitFor("health", async () => (await hook()).alert_status === "executable");
  });

  it("gets a delivery again under the same Idempotency-Key when it is sent again", async () => {
    const id = await addHook();
    await commit("twice.txt");
    await push("main");
    await delivered(1);
    const events = await waitFor("the delivery's row", async () => {
      const rows = z
        .array(z.object({ id: z.number() }))
        .parse(await (await gitlab.api(`${NODE}/hooks/${id}/events`)).json());
      return rows.length > 0 && rows;
    });
    const resent = await gitlab.api(`${NODE}/hooks/${id}/events/${events[0]?.id}/resend`, { method: "POST" });
    expect([resent.status, await resent.json()]).toEqual([201, { response_status: 200 }]);
    const [first, second] = await delivered(2);
    expect(second?.headers["idempotency-key"]).toBe(first?.headers["idempotency-key"]);
    expect(second?.headers["x-gitlab-webhook-uuid"]).not.toBe(first?.headers["x-gitlab-webhook-uuid"]);
  });
});

describe("an end of GitLab", () => {
  it("before a delivery was answered sends it again at the next start, under the same key", async () => {
    await addHook();
    receiver.answer = "hang";
    const tip = await commit("late.txt");
    await push("main");
    await delivered(1);
    const { home } = gitlab;
    await gitlab.stop();
    receiver.answer = 200;
    gitlab = await gitlabWorld({ home, now: () => now });
    const [cut, whole] = await delivered(2);
    expect(whole?.body).toMatchObject({ after: tip });
    expect(whole?.headers["idempotency-key"]).toBe(cut?.headers["idempotency-key"]);
  });

  it("between a push and its announcement loses nothing: the next start tells it", async () => {
    await addHook();
    const { home } = gitlab;
    await gitlab.stop();
    const tip = await commit("unannounced.txt");
    await git(folder, "push", "-q", join(home, "repositories", `${await projectId(home)}.git`), "main");
    gitlab = await gitlabWorld({ home, now: () => now });
    const [delivery] = await delivered(1);
    expect(delivery?.body).toMatchObject({ ref: "refs/heads/main", after: tip });
  });
});

async function projectId(home: string): Promise<number> {
  const state = z.object({ projects: z.array(z.object({ id: z.number(), path: z.string() })) });
  const { projects } = state.parse(JSON.parse(await readFile(join(home, "state.json"), "utf8")));
  return projects.find(({ path }) => path === "node-hello")?.id ?? 0;
}
