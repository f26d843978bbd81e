import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../world/sandbox.ts";
import { describeClient } from "./client.ts";

const author = {
  GIT_AUTHOR_NAME: "Lin",
  GIT_AUTHOR_EMAIL: "lin@example.test",
  GIT_COMMITTER_NAME: "Lin",
  GIT_COMMITTER_EMAIL: "lin@example.test",
  GIT_TERMINAL_PROMPT: "0",
};

describeClient({ name: "git", variable: "CLIENT_GIT", programs: ["git"], probe: ["version"] }, (git) => {
  let world: World<"gitlab">;
  beforeAll(async () => {
    world = await startWorld(["gitlab"]);
  });
  afterAll(() => world.stop());

  const address = (secret = world.gitlab.token) => {
    const url = new URL(`${world.gitlab.url}/samples/node-hello.git`);
    url.username = "oauth2";
    url.password = secret;
    return url.href;
  };
  const inClone = (name: string) => {
    const cwd = join(git.folder(), name);
    return (...args: string[]) => git.ok(args, { cwd, env: author });
  };
  /** A fresh clone with one more commit, not yet pushed. */
  const cloneWithCommit = async (name: string, content: string) => {
    await git.ok(["clone", "-q", address(), name]);
    const here = inClone(name);
    await writeFile(join(git.folder(), name, "note.txt"), content);
    await here("add", "note.txt");
    await here("commit", "-qm", `Note ${content}`);
    return here;
  };

  test("clones, commits and pushes, and another clone sees it", async () => {
    const here = await cloneWithCommit("writer", "one");
    await here("push", "-q");
    await git.ok(["clone", "-q", address(), "reader"]);
    expect(await readFile(join(git.folder(), "reader", "note.txt"), "utf8")).toBe("one");
    expect(await inClone("reader")("rev-parse", "HEAD")).toBe(await here("rev-parse", "HEAD"));
  });

  test("fetches a lightweight and an annotated tag that somebody else pushed", async () => {
    await git.ok(["clone", "-q", address(), "before-tags"]);
    const here = await cloneWithCommit("tagger", "tags");
    await here("tag", "light-1");
    await here("tag", "-am", "The first", "annotated-1");
    await here("push", "-q", "origin", "HEAD", "light-1", "annotated-1");
    const behind = inClone("before-tags");
    await behind("fetch", "-q", "--tags");
    expect(await behind("cat-file", "-t", "light-1")).toBe("commit\n");
    expect(await behind("cat-file", "-t", "annotated-1")).toBe("tag\n");
    expect(await behind("rev-parse", "annotated-1^{}")).toBe(await here("rev-parse", "HEAD"));
  });

  test("clones one commit deep, and deepens afterwards", async () => {
    await git.ok(["clone", "-q", "--depth=1", address(), "shallow"]);
    const here = inClone("shallow");
    expect(await here("rev-list", "--count", "HEAD")).toBe("1\n");
    await here("fetch", "-q", "--unshallow");
    expect(Number(await here("rev-list", "--count", "HEAD"))).toBeGreaterThan(1);
  });

  test("is refused without force where history would be lost, and not with it", async () => {
    const here = await cloneWithCommit("rewriter", "draft");
    await here("push", "-q", "origin", "HEAD:refs/heads/topic");
    await here("commit", "-q", "--amend", "-m", "Another draft");
    const refused = await git.run(["push", "origin", "HEAD:refs/heads/topic"], {
      cwd: join(git.folder(), "rewriter"),
      env: author,
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("non-fast-forward");
    await here("push", "-q", "--force", "origin", "HEAD:refs/heads/topic");
    expect(await here("ls-remote", "origin", "refs/heads/topic")).toContain((await here("rev-parse", "HEAD")).trim());
  });

  test("deletes a branch", async () => {
    const here = await cloneWithCommit("deleter", "gone");
    await here("push", "-q", "origin", "HEAD:refs/heads/short-lived");
    await here("push", "-q", "origin", "--delete", "short-lived");
    expect(await here("ls-remote", "origin", "refs/heads/short-lived")).toBe("");
  });

  test("reads a public project with whatever token, and is told that the token is wrong when it writes", async () => {
    await git.ok(["clone", "-q", address("glpat-wrong"), "stranger"]);
    const { code, stderr } = await git.run(["push", "origin", "HEAD:refs/heads/never"], {
      cwd: join(git.folder(), "stranger"),
    });
    expect(code).toBe(128);
    expect(stderr).toContain("Authentication failed");
  });
});
