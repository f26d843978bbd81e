import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type GitlabWorld, gitlabWorld, removeFolder } from "./gitlab-world.ts";

let gitlab: GitlabWorld;
const NODE = "/projects/samples%2Fnode-hello";
const named = z.array(z.object({ name: z.string() }));
const namesOf = async (response: Response) => named.parse(await response.json()).map(({ name }) => name);

beforeAll(async () => {
  gitlab = await gitlabWorld();
});
afterAll(async () => {
  await gitlab.stop();
  await removeFolder(gitlab.home);
});

describe("who may ask", () => {
  it("tells its version to those who have a token, and 401 to others", async () => {
    expect(await (await gitlab.api("/version")).json()).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    for (const token of [null, "glpat-wrong"]) {
      const refused = await gitlab.api("/version", { token });
      expect([refused.status, await refused.json()]).toEqual([401, { message: "401 Unauthorized" }]);
    }
  });

  it("takes the token as a bearer too", async () => {
    const response = await fetch(`${gitlab.url}/api/v4/user`, { headers: { authorization: `Bearer ${gitlab.token}` } });
    expect(await response.json()).toMatchObject({ username: "root" });
  });

  it("hides a private project from a stranger as if it were not there", async () => {
    await gitlab.api("/projects", { method: "POST", body: { name: "Secret plans", visibility: "private" } });
    const [known, hidden, missing] = await Promise.all([
      gitlab.api("/projects/samples%2Fsecret-plans"),
      gitlab.api("/projects/samples%2Fsecret-plans", { token: null }),
      gitlab.api("/projects/samples%2Fnothing"),
    ]);
    expect(await known.json()).toMatchObject({ empty_repo: true, default_branch: null });
    expect([hidden.status, await hidden.json()]).toEqual([404, { message: "404 Project Not Found" }]);
    expect([missing.status, await missing.json()]).toEqual([404, { message: "404 Project Not Found" }]);
  });

  it("refuses a write with a token that may only read, and a webhook to a developer", async () => {
    const tokenFor = async (username: string, scope: string) => {
      const [user] = z
        .array(z.object({ id: z.number() }))
        .parse(await (await gitlab.api(`/users?username=${username}`)).json());
      const made = await gitlab.api(`/users/${user?.id}/personal_access_tokens`, {
        method: "POST",
        body: { name: "t", scopes: [scope] },
      });
      return z.object({ token: z.string() }).parse(await made.json()).token;
    };
    const body = { url: "http://127.0.0.1:9/hook" };
    const narrow = await gitlab.api(`${NODE}/hooks`, {
      method: "POST",
      body,
      token: await tokenFor("maya", "read_api"),
    });
    expect([narrow.status, await narrow.json()]).toMatchObject([403, { error: "insufficient_scope", scope: "api" }]);
    const developer = await gitlab.api(`${NODE}/hooks`, {
      method: "POST",
      body,
      token: await tokenFor("chen.xiao", "api"),
    });
    expect([developer.status, await developer.json()]).toEqual([403, { message: "403 Forbidden" }]);
  });
});

describe("projects", () => {
  it("are found by a part of the name, and by the namespace only when asked", async () => {
    expect(await namesOf(await gitlab.api("/projects?search=NODE-h&simple=true"))).toEqual(["node-hello"]);
    expect(await namesOf(await gitlab.api("/projects?search=samples"))).toEqual([]);
    expect(await namesOf(await gitlab.api("/projects?search=samples&search_namespaces=true"))).toContain("go-hello");
  });

  it("are paged by offset with counts and links", async () => {
    const page = await gitlab.api("/projects?search=hello&per_page=2&page=2&sort=asc&order_by=id");
    expect(page.headers.get("x-total")).toBe("5");
    expect(page.headers.get("x-next-page")).toBe("3");
    expect(page.headers.get("link")).toMatch(
      /page=3[^>]*>; rel="next".*page=1[^>]*>; rel="first".*page=3[^>]*>; rel="last"/,
    );
    expect(await namesOf(page)).toHaveLength(2);
  });

  it("are paged by keyset with a next link only, each exactly once", async () => {
    const seen: string[] = [];
    let url: string | undefined = `${gitlab.url}/api/v4/projects?pagination=keyset&order_by=id&per_page=3`;
    while (url) {
      const page: Response = await fetch(url);
      expect(page.headers.get("x-total")).toBeNull();
      seen.push(...(await namesOf(page)));
      url = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(7);
  });

  it("cannot take a path twice", async () => {
    const twin = await gitlab.api("/projects", { method: "POST", body: { name: "node-hello" } });
    expect([twin.status, await twin.json()]).toMatchObject([400, { message: { path: ["has already been taken"] } }]);
  });
});

describe("branches, tags and commits", () => {
  it("finds a branch by search and by a name with a slash", async () => {
    expect(await namesOf(await gitlab.api(`${NODE}/repository/branches?search=greet`))).toEqual(["feature/greeting"]);
    const branch = await (await gitlab.api(`${NODE}/repository/branches/feature%2Fgreeting`)).json();
    expect(branch).toMatchObject({
      name: "feature/greeting",
      default: false,
      commit: { title: "Greet in Chinese", author_name: "陈晓" },
    });
    const missing = await gitlab.api(`${NODE}/repository/branches/nope`);
    expect([missing.status, await missing.json()]).toEqual([404, { message: "404 Branch Not Found" }]);
  });

  it("sorts tags as versions and tells an annotated tag's object from its commit", async () => {
    const tags = await gitlab.api(`${NODE}/repository/tags?order_by=version&sort=desc`);
    const rows = z
      .array(
        z.object({ name: z.string(), message: z.string(), target: z.string(), commit: z.object({ id: z.string() }) }),
      )
      .parse(await tags.json());
    expect(rows.map(({ name }) => name)).toEqual(["v1.1.0", "v1.0.0"]);
    expect(rows.map(({ target, commit }) => target === commit.id)).toEqual([true, false]);
    expect(rows[1]?.message).toBe("The first release");
  });

  it("gives the same commit ids on every machine", async () => {
    const commit = await (await gitlab.api(`${NODE}/repository/commits/main`)).json();
    expect(commit).toMatchObject({ title: "发布 1.1.0", authored_date: "2026-04-14T11:05:00.000+08:00" });
    const second = await gitlabWorld();
    const twin = await (await second.api(`${NODE}/repository/commits/main`)).json();
    await second.stop();
    await removeFolder(second.home);
    expect(twin).toMatchObject({ id: z.object({ id: z.string() }).parse(commit).id });
  });

  it("lists commits of a ref and path, never counting them", async () => {
    const commits = await gitlab.api(`${NODE}/repository/commits?ref_name=feature%2Fgreeting&path=server.js`);
    expect(commits.headers.get("x-total")).toBeNull();
    const titles = z.array(z.object({ title: z.string() })).parse(await commits.json());
    expect(titles.map(({ title }) => title)).toEqual(["Greet in Chinese", 'Say "Hello from Node.js" over HTTP']);
  });

  it("compares two refs", async () => {
    const comparison = await (await gitlab.api(`${NODE}/repository/compare?from=main&to=feature/greeting`)).json();
    expect(comparison).toMatchObject({
      commits: [{ title: "Greet in Chinese" }],
      diffs: [{ new_path: "server.js", diff: expect.stringContaining('+const GREETING = "你好";') }],
    });
  });
});

describe("files", () => {
  it("answers a HEAD with the blob's facts, and 404 when the file or the ref is not there", async () => {
    const head = await gitlab.api(`${NODE}/repository/files/Dockerfile?ref=main`, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("x-gitlab-blob-id")).toMatch(/^[0-9a-f]{40}$/);
    expect(Number(head.headers.get("x-gitlab-size"))).toBeGreaterThan(50);
    expect(
      (await gitlab.api("/projects/samples%2Fno-dockerfile/repository/files/Dockerfile?ref=main", { method: "HEAD" }))
        .status,
    ).toBe(404);
    expect((await gitlab.api(`${NODE}/repository/files/Dockerfile?ref=nope`)).status).toBe(404);
  });

  it("gives a file in a folder as base64 and raw, and asks for the ref", async () => {
    const path = "/projects/samples%2Fjava-hello/repository/files/src%2Fmain%2Fjava%2Fhello%2FHello.java";
    const file = z
      .object({ content: z.string(), size: z.number() })
      .parse(await (await gitlab.api(`${path}?ref=v1.0.0`)).json());
    const raw = await (await gitlab.api(`${path}/raw?ref=v1.0.0`)).text();
    expect(Buffer.from(file.content, "base64").toString("utf8")).toBe(raw);
    expect(file.size).toBe(Buffer.byteLength(raw));
    const refless = await gitlab.api(path);
    expect([refless.status, await refless.json()]).toMatchObject([
      400,
      { error: expect.stringContaining("ref is missing") },
    ]);
  });

  it("lists the tree, a folder of it, and says when there is none", async () => {
    const tree = await gitlab.api("/projects/samples%2Fjava-hello/repository/tree?recursive=true&per_page=100");
    expect(await namesOf(tree)).toContain("Hello.java");
    expect(await namesOf(await gitlab.api("/projects/samples%2Fstatic-hello/repository/tree?path=site"))).toEqual([
      "index.html",
      "style.css",
    ]);
    expect((await gitlab.api(`${NODE}/repository/tree?path=nope`)).status).toBe(404);
  });
});

describe("a merge request with a Dockerfile", () => {
  const project = "/projects/samples%2Fno-dockerfile";
  const commit = {
    branch: "add-dockerfile",
    start_branch: "main",
    commit_message: "Add a Dockerfile",
    actions: [{ action: "create", file_path: "Dockerfile", content: "FROM node:24-alpine\n" }],
  };
  const request = { source_branch: "add-dockerfile", target_branch: "main", title: "Add a Dockerfile" };

  it("is made from a commit on a new branch, once, and merged", async () => {
    expect((await gitlab.api(`${project}/repository/commits`, { method: "POST", body: commit })).status).toBe(201);
    const opened = await gitlab.api(`${project}/merge_requests`, { method: "POST", body: request });
    expect([opened.status, await opened.json()]).toMatchObject([
      201,
      { iid: 1, state: "opened", web_url: expect.stringContaining("/-/merge_requests/1") },
    ]);
    const twin = await gitlab.api(`${project}/merge_requests`, { method: "POST", body: request });
    expect([twin.status, await twin.json()]).toEqual([
      409,
      { message: ["Another open merge request already exists for this source branch: !1"] },
    ]);
    const merged = await gitlab.api(`${project}/merge_requests/1/merge`, { method: "PUT" });
    expect(await merged.json()).toMatchObject({ state: "merged" });
    expect((await gitlab.api(`${project}/repository/files/Dockerfile?ref=main`, { method: "HEAD" })).status).toBe(200);
  });

  it("is merged by the button of its page, which no other site can press", async () => {
    const body = { ...commit, branch: "tidy", actions: [{ action: "delete", file_path: "Dockerfile" }] };
    expect((await gitlab.api(`${project}/repository/commits`, { method: "POST", body })).status).toBe(201);
    const tidy = { ...request, source_branch: "tidy" };
    const opened = await gitlab.api(`${project}/merge_requests`, { method: "POST", body: tidy });
    const { web_url: url } = z.object({ web_url: z.string() }).parse(await opened.json());
    expect(await (await fetch(url)).text()).toContain(`<form method="post" action="${new URL(url).pathname}/merge">`);

    const press = (origin: string) =>
      fetch(`${url}/merge`, { method: "POST", headers: { origin }, redirect: "manual" });
    expect((await press("http://evil.example")).status).toBe(403);
    expect((await press(gitlab.url)).status).toBe(303);
    expect(await (await fetch(url)).text()).toContain("tidy into main, merged");
  });

  it("refuses a commit that does not fit the branch", async () => {
    const write = (body: object) =>
      gitlab.api(`${project}/repository/commits`, { method: "POST", body: { ...commit, ...body } });
    const again = await write({
      start_branch: undefined,
      branch: "main",
      actions: [{ ...commit.actions[0], file_path: "server.js" }],
    });
    expect([again.status, await again.json()]).toEqual([400, { message: "A file with this name already exists" }]);
    const outside = await write({
      start_branch: undefined,
      branch: "main",
      actions: [{ ...commit.actions[0], file_path: "../passwd" }],
    });
    expect(outside.status).toBe(400);
    const nowhere = await write({ start_branch: undefined, branch: "nope" });
    expect([nowhere.status, await nowhere.json()]).toMatchObject([
      400,
      { message: expect.stringContaining("on a branch") },
    ]);
  });
});

describe("odd requests", () => {
  it("answers unknown paths and bad bodies as GitLab does, and goes on", async () => {
    const unknown = await gitlab.api("/nothing/here");
    expect([unknown.status, await unknown.json()]).toEqual([404, { error: "404 Not Found" }]);
    const bodyless = await gitlab.api(`${NODE}/hooks`, { method: "POST" });
    expect([bodyless.status, await bodyless.json()]).toEqual([400, { error: "url is missing" }]);
    const unparsable = await fetch(`${gitlab.url}/api/v4${NODE}/hooks`, {
      method: "POST",
      body: "{",
      headers: { "private-token": gitlab.token },
    });
    expect(unparsable.status).toBe(400);
    expect((await gitlab.api("/version")).status).toBe(200);
  });

  it("shows a page of a project to a browser, with its clone URL", async () => {
    const page = await fetch(`${gitlab.url}/samples/node-hello`);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).toContain(`git clone ${gitlab.url}/samples/node-hello.git`);
  });
});
