import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { emptyFolder, type GitlabWorld, git, gitlabWorld, removeFolder } from "./gitlab-world.ts";

let gitlab: GitlabWorld;
let folder: string;

beforeEach(async () => {
  gitlab = await gitlabWorld();
  folder = await emptyFolder();
});
afterEach(async () => {
  await gitlab.stop();
  await removeFolder(gitlab.home);
  await removeFolder(folder);
});

const commitFile = async (name: string, content: string | Buffer) => {
  await writeFile(join(folder, name), content);
  await git(folder, "add", name);
  await git(folder, "commit", "-q", "-m", `Add ${name}`);
};

it("lets anyone clone a sample with its branches and tags", async () => {
  await git(folder, "clone", "-q", `${gitlab.url}/samples/node-hello.git`, ".");
  expect(await readFile(join(folder, "Dockerfile"), "utf8")).toContain("FROM node");
  expect(await git(folder, "branch", "-r")).toContain("origin/feature/greeting");
  expect((await git(folder, "tag")).trim().split("\n")).toEqual(["v1.0.0", "v1.1.0"]);
});

it("clones without .git at the end, in protocol versions 0 and 2, and shallow", async () => {
  for (const version of ["0", "2"]) {
    await git(
      folder,
      "-c",
      `protocol.version=${version}`,
      "clone",
      "-q",
      "--depth=1",
      `${gitlab.url}/samples/go-hello`,
      `v${version}`,
    );
    expect((await git(join(folder, `v${version}`), "rev-list", "--count", "HEAD")).trim()).toBe("1");
  }
});

it("fetches one commit by its id alone, as the build's checkout does", async () => {
  const sha = (await git(folder, "ls-remote", `${gitlab.url}/samples/node-hello.git`, "refs/tags/v1.0.0^{}")).slice(
    0,
    40,
  );
  await git(folder, "init", "-q");
  await git(folder, "fetch", "-q", "--depth=1", `${gitlab.url}/samples/node-hello.git`, sha);
  expect((await git(folder, "rev-parse", "FETCH_HEAD")).trim()).toBe(sha);
});

it("takes a push from who has a token, whatever the user name, and refuses others", async () => {
  await git(folder, "clone", "-q", `${gitlab.url}/samples/node-hello.git`, ".");
  await commitFile("note.txt", "one\n");
  await expect(git(folder, "push", "origin", "main")).rejects.toThrow(/could not read Username|Authentication failed/);
  await expect(
    git(folder, "push", `${gitlab.url.replace("//", "//root:wrong@")}/samples/node-hello.git`, "main"),
  ).rejects.toThrow(/Authentication failed/);
  await git(folder, "push", gitlab.remote("samples/node-hello"), "main");
  const tip = (await git(folder, "rev-parse", "HEAD")).trim();
  expect(await (await gitlab.api("/projects/samples%2Fnode-hello/repository/commits/main")).json()).toMatchObject({
    id: tip,
  });
});

it("takes a large push as a stream, and many commits gzipped", async () => {
  await git(folder, "clone", "-q", `${gitlab.url}/samples/node-hello.git`, ".");
  await commitFile("blob.bin", randomBytes(12 * 1024 * 1024));
  await git(folder, "push", "-q", gitlab.remote("samples/node-hello"), "main");
  const size = (
    await gitlab.api("/projects/samples%2Fnode-hello/repository/files/blob.bin?ref=main", { method: "HEAD" })
  ).headers.get("x-gitlab-size");
  expect(Number(size)).toBe(12 * 1024 * 1024);
});

it("refuses a push that is not a fast-forward, with git's own words", async () => {
  await git(folder, "clone", "-q", `${gitlab.url}/samples/node-hello.git`, ".");
  await commitFile("a.txt", "a\n");
  await git(folder, "push", "-q", gitlab.remote("samples/node-hello"), "main");
  await git(folder, "reset", "-q", "--hard", "HEAD~2");
  await commitFile("b.txt", "b\n");
  await expect(git(folder, "push", gitlab.remote("samples/node-hello"), "main")).rejects.toThrow(/rejected/);
});

it("does not tell a stranger whether a private project exists", async () => {
  await gitlab.api("/projects", { method: "POST", body: { name: "secret", visibility: "private" } });
  for (const name of ["secret", "nothing"]) {
    const refs = await fetch(`${gitlab.url}/samples/${name}.git/info/refs?service=git-upload-pack`);
    expect([refs.status, refs.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="GitLab"']);
  }
});

it("keeps what was pushed over a restart", async () => {
  await git(folder, "clone", "-q", `${gitlab.url}/samples/node-hello.git`, ".");
  await commitFile("kept.txt", "kept\n");
  await git(folder, "push", "-q", gitlab.remote("samples/node-hello"), "main");
  const { home, token } = gitlab;
  await gitlab.stop();
  gitlab = await gitlabWorld({ home });
  expect(gitlab.token).toBe(token);
  expect(await (await gitlab.api("/projects/samples%2Fnode-hello/repository/files/kept.txt/raw?ref=main")).text()).toBe(
    "kept\n",
  );
});
