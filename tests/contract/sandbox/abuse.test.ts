import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorld, type World } from "../../world/sandbox.ts";
import { emptyFolder, removeFolder } from "./gitlab-world.ts";

type Answer = { status: number; body: string };
type System = "gitlab" | "jenkins" | "registry";
const SYSTEMS: System[] = ["gitlab", "jenkins", "registry"];

let home: string;
let world: World<System>;
const start = async () => {
  world = await startWorld(SYSTEMS, { home });
};
beforeAll(async () => {
  home = await emptyFolder();
  await start();
});
afterAll(async () => {
  await world.stop();
  await removeFolder(home);
});

const authorization = (system: System): string => {
  const { gitlab, jenkins, registry } = world;
  if (system === "gitlab") return `Bearer ${gitlab.token}`;
  const { user = "", token = "" } = system === "jenkins" ? jenkins : registry;
  return `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
};

/** Sends a path as it stands, however odd; `fetch` would tidy it up. */
async function ask(
  system: System,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const outgoing = request(world[system].url, {
    path,
    method,
    headers: {
      authorization: authorization(system),
      // Node sends no length with a DELETE, and the body would be read as the next request.
      ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
      ...headers,
    },
    agent: false,
  });
  // A server may answer and hang up before it has read everything.
  outgoing.on("error", () => undefined);
  outgoing.end(body);
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

const HEALTHY: Record<System, string> = {
  gitlab: "/api/v4/projects/samples%2Fnode-hello",
  jenkins: "/api/json",
  registry: "/v2/_catalog",
};
const expectHealthy = async (system: System) => expect((await ask(system, "GET", HEALTHY[system])).status).toBe(200);

/** What only a fault of ours answers with; Jenkins has 500s of its own. */
const BROKEN = /500 Internal Server Error|A problem occurred while processing the request/;

const odd = fc.constantFrom(
  "%zz",
  "%00",
  "..",
  "%2e%2e%2f%2e%2e%2fetc",
  "%2F",
  "-1",
  "1e9",
  "__proto__",
  "%F0%9F%90%88",
  "refs%2Fheads%2Fmain",
);
const segment = fc.oneof(
  odd,
  fc.string({ maxLength: 30 }).map((raw) => encodeURIComponent(raw) || "x"),
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        "page",
        "per_page",
        "pagination",
        "ref",
        "path",
        "from",
        "to",
        "n",
        "last",
        "tree",
        "start",
        "id",
        "mount",
        "digest",
        "delay",
      ),
      fc.oneof(segment, fc.constantFrom("keyset", "main", "0", "a[b", "sha256:x")),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("&"));
/** Paths of real endpoints in which each `*` is anything. */
const pathOf = (...patterns: string[]) =>
  fc
    .tuple(fc.constantFrom(...patterns), fc.array(segment, { minLength: 4, maxLength: 4 }), query)
    .map(([pattern, parts, search]) => `${pattern.replaceAll("*", () => parts.pop() ?? "")}?${search}`);
const P = "/api/v4/projects/samples%2Fnode-hello";
const PATHS: Record<System, fc.Arbitrary<string>> = {
  gitlab: pathOf(
    "/*",
    "/*/*",
    "/api/v4/*",
    "/api/v4/projects",
    "/api/v4/projects/*",
    `${P}/*/*`,
    `${P}/repository/branches`,
    `${P}/repository/branches/*`,
    `${P}/repository/tags`,
    `${P}/repository/tags/*`,
    `${P}/repository/commits`,
    `${P}/repository/commits/*`,
    `${P}/repository/commits/*/diff`,
    `${P}/repository/tree`,
    `${P}/repository/compare`,
    `${P}/repository/archive*`,
    `${P}/repository/files/*`,
    `${P}/repository/files/*/raw`,
    `${P}/hooks`,
    `${P}/hooks/*/test/*`,
    `${P}/members`,
    `${P}/members/all/*`,
    `${P}/merge_requests`,
    `${P}/merge_requests/*/merge`,
    "/api/v4/groups/*/members",
    "/api/v4/users/*/personal_access_tokens",
    "/api/v4/applications/*",
    "/oauth/authorize",
    "/oauth/token",
    "/oauth/*",
    "/samples/node-hello.git/info/refs",
    "/samples/node-hello.git/git-upload-pack",
    "/samples/node-hello.git/git-receive-pack",
    "/samples/node-hello/-/blob/*",
    "/samples/node-hello/-/commit/*",
    "/samples/node-hello/-/tree/*",
  ),
  jenkins: pathOf(
    "/*",
    "/job/*",
    "/job/*/*",
    "/job/*/job/*/*/*",
    "/createItem",
    "/createItem?name=fuzz&",
    "/job/fuzz/*",
    "/job/fuzz/api/json",
    "/job/fuzz/config.xml",
    "/job/fuzz/buildWithParameters",
    "/job/fuzz/doRename",
    "/job/fuzz/1/*",
    "/job/fuzz/*/logText/progressiveText",
    "/job/fuzz/*/execution/node/*/wfapi/log",
    "/queue/item/*/api/json",
    "/queue/cancelItem",
    "/computer/*/api/json",
    "/credentials/store/system/domain/_/createCredentials",
    "/credentials/store/system/domain/_/credential/*/config.xml",
    "/job/*/credentials/store/folder/domain/_/api/json",
  ),
  registry: pathOf(
    "/*",
    "/v2/*",
    "/v2/*/manifests/*",
    "/v2/shop/manifests/*",
    "/v2/shop/manifests/latest",
    "/v2/shop/blobs/*",
    `/v2/shop/blobs/sha256:${"a".repeat(64)}`,
    "/v2/shop/blobs/uploads/",
    "/v2/shop/blobs/uploads/*",
    "/v2/shop/tags/list",
    "/v2/*/tags/list",
    "/v2/_catalog",
    "/v2/shop/referrers/*",
    "/token",
  ),
};
const body = fc.oneof(
  fc.constantFrom(
    "",
    "{",
    "[]",
    "null",
    '{"__proto__":{"admin":true}}',
    "<a>",
    "<?xml version='1.1'?><flow-definition/>",
    "a=1&a=2",
  ),
  fc.json({ maxDepth: 3 }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
const headers = fc.record(
  {
    "content-type": fc.constantFrom(
      "application/json",
      "application/xml",
      "application/x-www-form-urlencoded",
      "application/vnd.oci.image.manifest.v1+json",
      "nonsense",
    ),
    "content-range": fc.constantFrom("0-5", "bytes 99-1", "x"),
    range: fc.constantFrom("bytes=0-0", "bytes=9-1", "bytes=-", "lines=1"),
    "content-encoding": fc.constantFrom("gzip", "br"),
    accept: fc.constantFrom("*/*", "", ";;;"),
    authorization: fc.constantFrom("Basic !!!", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30.", "Negotiate", ""),
  },
  { requiredKeys: [] },
);
const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND");

describe.each(SYSTEMS)("the sandbox's %s", (system) => {
  it("answers whatever it is sent, and never breaks over it", async () => {
    await fc.assert(
      fc.asyncProperty(method, PATHS[system], headers, body, async (verb, path, given, content) => {
        const sent = ["GET", "HEAD"].includes(verb) ? undefined : content;
        const answer = await ask(system, verb, path, { headers: given, body: sent });
        expect(answer.body, `${verb} ${path}`).not.toMatch(BROKEN);
      }),
      { numRuns: 400 },
    );
    await expectHealthy(system);
  });

  it("is not impressed by bytes that are no HTTP", async () => {
    const { hostname, port } = new URL(world[system].url);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const socket = connect(Number(port), hostname);
        socket.on("error", () => undefined).resume();
        socket.end(bytes);
        await once(socket, "close");
      }),
      { numRuns: 50 },
    );
    await expectHealthy(system);
  });

  it("serves others while clients dawdle, and while one sends more than it takes", async () => {
    const { hostname, port } = new URL(world[system].url);
    const dawdlers = Array.from({ length: 50 }, () => connect(Number(port), hostname));
    for (const socket of dawdlers) {
      socket.on("error", () => undefined);
      socket.write("POST /api/v4/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{");
    }
    await expectHealthy(system);
    const huge = Buffer.alloc(12 * 1024 * 1024, "x");
    const path = { gitlab: "/api/v4/projects", jenkins: "/createItem?name=huge", registry: "/v2/shop/manifests/huge" };
    const oversized = ask(system, system === "registry" ? "PUT" : "POST", path[system], {
      headers: { "content-type": "application/xml" },
      body: huge,
    });
    // Either it reads the refusal, or the connection breaks while it still sends.
    expect(
      await oversized.then(
        ({ status }) => status,
        () => 413,
      ),
    ).toBe(413);
    for (const socket of dawdlers) socket.destroy();
    await expectHealthy(system);
  });
});

it("many writers at once, and a restart: what was confirmed is there, once", async () => {
  const json = { "content-type": "application/json" };
  const xml = { "content-type": "application/xml" };
  const project = "/api/v4/projects/samples%2Fnode-hello";
  const job =
    '<flow-definition><definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition"><script/></definition></flow-definition>';
  const writes = Array.from({ length: 30 }, (_, index) => [
    // Pairs ask for the same: one of them gets it.
    ask("gitlab", "POST", `${project}/repository/branches`, {
      headers: json,
      body: JSON.stringify({ branch: `b-${index >> 1}`, ref: "main" }),
    }),
    ask("gitlab", "POST", `${project}/hooks`, { headers: json, body: JSON.stringify({ url: "http://127.0.0.1:9/" }) }),
    ask("jenkins", "POST", `/createItem?name=j-${index >> 1}`, { headers: xml, body: job }),
    ask(
      "registry",
      "POST",
      "/v2/many/blobs/uploads/?digest=sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
      { body: "foo" },
    ),
  ]).flat();
  const answers = await Promise.all(writes);
  const confirmed = answers.filter(({ status }) => status === 200 || status === 201).length;
  expect(confirmed).toBe(15 + 30 + 15 + 30);

  await world.stop();
  await start();
  const list = async (path: string) => JSON.parse((await ask("gitlab", "GET", path)).body) as { name?: string }[];
  const branches = (await list(`${project}/repository/branches?per_page=100`)).filter(({ name }) =>
    name?.startsWith("b-"),
  );
  expect([branches.length, (await list(`${project}/hooks?per_page=100`)).length]).toEqual([15, 30]);
  const { jobs } = JSON.parse((await ask("jenkins", "GET", "/api/json?tree=jobs[name]")).body) as {
    jobs: { name: string }[];
  };
  expect(jobs.filter(({ name }) => name.startsWith("j-")).length).toBe(15);
});
