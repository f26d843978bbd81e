import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RouteHandler } from "#lib/access/route";
import { RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import { PLAIN_SETTINGS } from "#tests/world/plain-settings";
import { countsOf, expectRefused, type Refusals, startRefusals } from "./world.ts";

let world: Refusals;
let create: RouteHandler;
let before: Record<string, number>;
beforeAll(async () => {
  world = await startRefusals();
  create = (await import("../../../app/api/apps/route.ts")).POST;
  before = await countsOf(world.db);
});
afterAll(() => world.stop());

const good = () => ({
  teamId: world.mine.teamId,
  environmentId: world.environment.id,
  name: "orders",
  displayName: null,
  gitlabProjectId: world.project.id,
  ref: "main",
  refKind: "branch",
  language: "nodejs",
  dockerfilePath: "Dockerfile",
  buildStrategy: "dockerfile",
  buildOnPush: true,
  draftId: null,
  idempotencyKey: randomUUID(),
  settings: {
    ...PLAIN_SETTINGS,
    env: [{ name: "LEVEL", value: "one" }],
    readinessProbe: { path: "/healthz", port: 8080, periodSeconds: 5, timeoutSeconds: 1, failureThreshold: 3 },
    exposure: { gatewayClass: "ingress", routes: [{ host: "a.test", path: "/", pathType: "prefix", port: 8080 }] },
  },
});

/** The good body with one value replaced: "settings.ports.0.port" as the form names it. */
function withValue(path: string, value: unknown): object {
  const body: object = structuredClone(good());
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let place: object = body;
  for (const key of keys) place = Reflect.get(place, key) as object;
  Reflect.set(place, last, value);
  return body;
}

const post = (body: unknown) => world.send(create, { method: "POST", body });

/** Refused for this field, or for something within it. */
async function expectFieldError(path: string, value: unknown): Promise<void> {
  const shown = `${path} = ${JSON.stringify(value)?.slice(0, 60)}`;
  const fields = await expectRefused(await post(withValue(path, value)), shown);
  expect(
    fields.some((field) => field === path || field.startsWith(`${path}.`)),
    `${shown}: ${fields.join()}`,
  ).toBe(true);
}

const LONG = "x".repeat(900_000);
const WRONG: Record<string, unknown[]> = {
  name: [
    "",
    "a",
    "-a",
    "a-",
    "1a",
    "A",
    "a b",
    "a.b",
    "a_b",
    "new",
    "api",
    "kubernetes",
    `a${"b".repeat(40)}`,
    "../etc",
    "а-pay",
    "ａbc",
    "pay\u200b",
    "pay\u0000",
    "pay\n",
    "\ud800a",
    "<b>",
    "'; drop table apps;--",
    LONG,
    7,
    null,
    [],
    {},
    true,
  ],
  displayName: ["x".repeat(81), "a\u0000b", "\udfff", 5, {}],
  gitlabProjectId: [0, -1, 1.5, "1", null, 999_999, 2 ** 31, 2 ** 53],
  ref: [
    "",
    "-x",
    "--upload-pack=x",
    "a..b",
    "a b",
    "a~1",
    "a^",
    "a:b",
    "a?b",
    "a*",
    "a[b",
    "a\\b",
    "a//b",
    "a@{1}",
    "a\nb",
    "a\u0000",
    "x".repeat(256),
    LONG,
    "no-such-branch",
    null,
    1,
  ],
  refKind: ["commit", "Branch", "", null],
  language: ["cobol", "", null, "__proto__"],
  dockerfilePath: ["", "/etc/passwd", "../Dockerfile", "a/../../b", "a/..", "a\u0000", "a\nb", LONG, null],
  buildStrategy: ["magic", null],
  buildOnPush: ["true", 1, null],
  idempotencyKey: ["", "short", "x".repeat(65), 12345678, null],
  draftId: ["1", "not-a-uuid", 5],
  teamId: ["", "payments", "1 or 1=1", null],
  environmentId: ["", "not-a-uuid", null],
  "settings.schemaVersion": [0, 2, "1", null],
  "settings.replicas": [-1, 0.5, 501, 1e9, "3", null, Number.MAX_VALUE],
  "settings.resources.cpuRequestMillis": [0, 9, -1, 64_001, "100m", 10.5, null],
  "settings.resources.memoryRequestBytes": [0, -1, 1024, 2 ** 50, "128Mi", null],
  "settings.resources": [null, {}, { ...RESOURCE_PRESETS.small, cpuRequestMillis: 500 }],
  "settings.ports.0.port": [0, -1, 65_536, 80.5, "8080", null, 1e12],
  "settings.ports.0.name": ["", "HTTP", "8080", "-http", "a".repeat(16), "ht tp", "http\u0000", null],
  "settings.ports.0.protocol": ["udp", "HTTP", null],
  "settings.ports": [
    Array.from({ length: 11 }, (_, i) => ({ name: `p${i}`, port: i + 1, protocol: "tcp" })),
    {},
    "8080",
  ],
  "settings.command": [Array.from({ length: 65 }, () => "x"), ["x".repeat(4097)], [1], ["a\u0000b"], "npm start"],
  "settings.args": [["\ud800"], null],
  "settings.env.0.name": ["", "1A", "A-B", "A B", "A=B", "ЯR", "x".repeat(129), null],
  "settings.env.0.value": ["x".repeat(8193), LONG, "a\u0000b", "\ud800", 5, null],
  "settings.env": [
    Array.from({ length: 201 }, (_, i) => ({ name: `A${i}`, value: "" })),
    [
      { name: "A", value: "1" },
      { name: "A", value: "2" },
    ],
  ],
  "settings.readinessProbe.path": ["", "healthz", "/a b", `/${"x".repeat(512)}`],
  "settings.readinessProbe.port": [0, 9999, "http"],
  "settings.readinessProbe.periodSeconds": [0, 301, 1.5],
  "settings.exposure.routes.0.host": [
    "",
    "UPPER.test",
    "-a.test",
    "a..b",
    "a b",
    "*.test",
    "a/b",
    `${"a".repeat(64)}${".a".repeat(100)}`,
  ],
  "settings.exposure.routes.0.path": ["", "a", "/a?b", "/a b"],
  "settings.exposure.routes.0.port": [0, 9090, 65_536],
  "settings.exposure.routes": [[], Array.from({ length: 21 }, () => ({}))],
  "settings.strategy.maxSurge": [-1, 101, 0],
  "settings.strategy.progressDeadlineSeconds": [9, 3601],
  "settings.restartedAt": ["yesterday", 5],
  "settings.workload": [null, "deployment", { kind: "daemonset" }, { kind: "deployment", podManagement: "parallel" }],
  "settings.autoscaling": [
    {},
    true,
    { minReplicas: 2, maxReplicas: 1, cpuPercent: 50, memoryPercent: null },
    { minReplicas: 0, maxReplicas: 1, cpuPercent: 50, memoryPercent: null },
    { minReplicas: 1, maxReplicas: 501, cpuPercent: 50, memoryPercent: null },
  ],
  "settings.livenessProbe": [
    {},
    { type: "udp", port: 8080 },
    { type: "tcp", port: 9 },
    { type: "exec", command: [] },
    { type: "exec", command: ["a\u0000b"] },
    { type: "http", path: "/", port: 8080, headers: [{ name: "A B", value: "" }] },
    { type: "http", path: "/", port: 8080, successThreshold: 2 },
  ],
  "settings.files": [
    {},
    [{ path: "etc/a", content: "" }],
    [{ path: "/etc/../a", content: "" }],
    [{ path: "/etc/a", content: "a\u0000b" }],
    [{ path: "/etc/a", content: "\ud800" }],
    [{ path: "/etc/a", content: "", mode: "644" }],
    [{ path: "/etc/a", content: "x".repeat(900_001) }],
    Array.from({ length: 101 }, (_, i) => ({ path: `/etc/${i}`, content: "" })),
  ],
  "settings.volumes": [
    [{ type: "host", name: "a", mountPath: "/a" }],
    [{ type: "empty", name: "A", mountPath: "/a" }],
    [{ type: "empty", name: "kepler-files", mountPath: "/a" }],
    [{ type: "claim", name: "a", mountPath: "/a", claimName: "../b" }],
    [{ type: "claim", name: "a", mountPath: "/a", claimName: "b", subPath: "../c" }],
    [{ type: "template", name: "a", mountPath: "/a", sizeBytes: 2 ** 30 }],
  ],
  "settings.hostAliases": [[{ ip: "10.0.0.256", hostnames: ["a"] }], [{ ip: "10.0.0.1", hostnames: [] }]],
  "settings.podLabels": [
    [{ name: "kepler.dev/app", value: "x" }],
    [{ name: "a.istio.io/b", value: "x" }],
    [{ name: "a b", value: "x" }],
    [{ name: "a", value: "x y" }],
  ],
  "settings.podAnnotations": [[{ name: "sidecar.istio.io/inject", value: "false" }], [{ name: "a", value: LONG }]],
  "settings.security": [null, { runAsUser: -1 }, { dropCapabilities: ["net_raw"] }, { seccomp: "unconfined" }],
  "settings.placement": [
    null,
    { antiAffinity: "always" },
    { tolerations: [{ key: "" }] },
    { spread: [{ over: "racks" }] },
  ],
  "settings.logCollection": [{}, { directory: "logs" }, { directory: "/logs", include: "/etc/passwd" }],
};

describe("creating a service with one wrong value", () => {
  it.each(Object.keys(WRONG))("names %s as the wrong field", async (path) => {
    for (const value of WRONG[path] ?? []) await expectFieldError(path, value);
    expect(await countsOf(world.db)).toEqual(before);
  });

  it("names every wrong field at once", async () => {
    const body = {
      ...good(),
      name: "A",
      settings: { ...good().settings, replicas: -1, ports: [{ name: "", port: 0 }] },
    };
    const fields = await expectRefused(await post(body));
    expect(fields).toEqual(
      expect.arrayContaining(["name", "settings.replicas", "settings.ports.0.name", "settings.ports.0.port"]),
    );
  });

  it("takes no port twice, and no port name", async () => {
    const twice = [1, 2].map(() => ({ name: "http", port: 8080, protocol: "http" }));
    const fields = await expectRefused(await post(withValue("settings.ports", twice)));
    expect(fields).toEqual(expect.arrayContaining(["settings.ports.1.port", "settings.ports.1.name"]));
  });
});

describe("creating a service for others", () => {
  it("knows no team but one's own, and does not tell which there are", async () => {
    const theirs = await post({ ...good(), teamId: world.theirs.teamId });
    const nobodys = await post({ ...good(), teamId: randomUUID() });
    expect([theirs.status, nobodys.status]).toEqual([404, 404]);
    const message = async (response: Response) => (await response.json()).error.message;
    expect(await message(theirs)).toBe(await message(nobodys));
  });

  it("refuses an environment that does not exist, and a name that is taken by a team that one cannot see", async () => {
    expect(await expectRefused(await post({ ...good(), environmentId: randomUUID() }))).toEqual(["environmentId"]);
    const taken = await post({ ...good(), name: world.theirs.name });
    expect(taken.status).toBe(409);
    expect(await expectRefused(taken)).toEqual(["name"]);
    expect(await countsOf(world.db)).toEqual(before);
  });
});

it("creates nothing from any body that is not a service", async () => {
  const junk = fc.record(
    {
      name: fc.anything(),
      teamId: fc.oneof(fc.constant(world.mine.teamId), fc.anything()),
      settings: fc.object({ withNullPrototype: false }),
      gitlabProjectId: fc.integer(),
      ref: fc.string({ unit: "binary" }),
      idempotencyKey: fc.string(),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(junk, async (body) => {
      const text = JSON.stringify(body, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
      await expectRefused(await post(text), text);
    }),
    { numRuns: 150 },
  );
  expect(await countsOf(world.db)).toEqual(before);
});
