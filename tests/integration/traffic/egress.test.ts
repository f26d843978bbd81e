import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { type ExternalHost, externalHost, type SpecEgress } from "#lib/apps/spec/egress-schema";
import { type AppSettings } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { selfSigned } from "#sandbox/kubernetes/api/certificate";
import { freePort } from "#tests/world/kepler";
import { waitFor } from "#tests/world/wait-for";
import { killedEverywhere } from "../releases/killed-everywhere.ts";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { visit } from "./visit.ts";

/**
 * Answers, or says what a host outside answered, or "cut" (the sandbox maps words that begin with a slash). What it has begun
 * it brings to an end, however long that takes on a busy machine.
 */
const CALLER = [
  "node",
  "-e",
  `const server = require("http").createServer((q, s) => {
    const asked = new URL(q.url, "http://x").searchParams;
    if (!asked.has("at")) return s.end("ok");
    const [address, port] = asked.get("at").split(":");
    const call = { host: address, port, path: asked.get("path"), headers: { host: asked.get("host") }, agent: false };
    const called = require("http").get(call, (r) => {
      let text = "";
      r.on("data", (piece) => (text += piece)).on("end", () => s.end(r.statusCode + " " + text));
    });
    called.on("error", () => s.end("cut"));
  }).listen(8080);
  process.on("SIGTERM", () => server.close());`,
];

/** Visitors come all the time: a pod that is on its way out serves until the gateway has heard of it. */
const DRAINING: AppSettings = {
  ...SETTINGS,
  strategy: { ...SETTINGS.strategy, drainSeconds: 3, terminationGracePeriodSeconds: 10 },
};

type App = Awaited<ReturnType<ReleaseWorld["createApp"]>>;
let world: ReleaseWorld;
let edge: string;
let shop: App;
/** Declares "other.example" for itself. */
let pay: App;
let home: string;
const servers: Server[] = [];
/** The world outside: where it listens, and a port on which nobody does. */
let outside: { plain: number; secure: number; free: number };

let failures = 2;
const answers: RequestListener = (request, response) => {
  if (request.url === "/never") return;
  if (request.url === "/flaky" && failures > 0) {
    failures -= 1;
    return void response.writeHead(503).end();
  }
  const isSecure = "servername" in request.socket && request.socket.servername === request.headers.host;
  response.end(isSecure ? "by TLS" : "plainly");
};
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "kepler-egress-"));
  const dates = { validFrom: new Date(Date.now() - 60_000), validTo: new Date(Date.now() + 86_400_000) };
  const certificate = selfSigned({ commonName: "bank", dnsNames: ["secure.bank.example"], ...dates });
  await writeFile(join(home, "ca.pem"), certificate.cert);
  // The sandbox is a process of its own and trusts whom this machine trusts.
  vi.stubEnv("NODE_EXTRA_CA_CERTS", join(home, "ca.pem"));
  outside = {
    plain: await listening(createServer(answers)),
    secure: await listening(createSecureServer(certificate, answers)),
    free: await freePort(),
  };
  world = await ReleaseWorld.start("prometheus");
  if (!world.world.edge) throw new Error("needs the sandbox's gateways");
  edge = world.world.edge.url;
  const running = async (change: (name: string) => Partial<AppSettings>) => {
    const app = await world.createApp();
    const build = await world.createBuild(app, CALLER);
    const settings = { ...DRAINING, replicas: 1, meshMode: "mesh" as const, ...change(app.name) };
    expect(await world.drive(await world.request(app, { buildId: build.id, settings }))).toMatchObject({
      state: "done",
    });
    return app;
  };
  [shop, pay] = await Promise.all([
    running((name) => exposed(name)),
    running(() => ({ egress: { reach: "anything", hosts: [other()] } })),
  ]);
}, 120_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await world?.stop();
  for (const server of servers) server.close();
  await rm(home, { recursive: true, force: true });
});

const exposed = (name: string): Partial<AppSettings> => ({
  exposure: {
    gatewayClass: "ingress",
    routes: [{ host: `${name}.test`, path: "/", pathType: "prefix", port: 8080 }],
  },
});
const host = (name: string, more: z.input<typeof externalHost>["ports"], rest: object = {}): ExternalHost =>
  externalHost.parse({ name, ports: more, addresses: ["127.0.0.1"], ...rest });
const plain = () => [{ port: 80, protocol: "http" as const, targetPort: outside.plain }];
const other = () => host("other.example", plain());
/** Where DNS says: below localhost, which is this machine. */
const bank = () =>
  host("bank.localhost", plain(), {
    ...{ addresses: [], timeoutMs: 2000 },
    retries: { attempts: 2, perTryTimeoutMs: null, on: ["gateway-error"] },
  });
const secure = () =>
  host("secure.bank.example", [{ port: 80, protocol: "http", targetPort: outside.secure, originateTls: true }]);
/** Known by its address alone; a port there is carried to where the server really listens. */
const database = () =>
  host("db.bank.example", [{ port: outside.free, protocol: "tcp", targetPort: outside.plain }], {
    addresses: ["127.0.0.1"],
  });

const settings = (egress: SpecEgress | null, more: Partial<AppSettings> = {}): AppSettings => ({
  ...{ ...DRAINING, replicas: 1, meshMode: "mesh", ...exposed(shop.name), egress },
  ...more,
});
/** The worker dies at every point of it. */
const release = async (egress: SpecEgress | null) => {
  const id = await world.request(shop, { kind: "configure", settings: settings(egress) });
  await killedEverywhere(world, id, ({ state }) => state === "done");
};
const to = (...hosts: ExternalHost[]): SpecEgress => ({ reach: "declared", hosts });

const entryShape = z.object({
  spec: z.object({ hosts: z.tuple([z.string()]) }),
  status: z.object({ addresses: z.tuple([z.object({ value: z.string() })]) }),
});
/** Where the mesh has the host, of whoever declares it. */
async function addressOf(name: string): Promise<string | undefined> {
  const { items } = await world.kubernetes.list(KINDS.serviceEntry, "kepler-dev");
  const found = items.map((item) => entryShape.safeParse(item).data).find((entry) => entry?.spec.hosts[0] === name);
  return found?.status.addresses[0].value;
}
/** What the shop gets of a host outside, asked by a visitor who comes through the gateway. */
const call = async (at: string, name: string, path = "/") =>
  (await visit(edge, `${shop.name}.test`, `/?${new URLSearchParams({ at, host: name, path }).toString()}`)).text;
/** The same by the address that the mesh has for it: names are answered by nobody here. */
const ask = async (name: string, path = "/") =>
  call(`${await waitFor(`an address of ${name}`, () => addressOf(name))}:80`, name, path);

/** Whatever else than `wanted` came of calls to these hosts meanwhile. */
async function disturbedWhile(work: () => Promise<void>, calls: readonly (readonly [string, string, string])[]) {
  let working = true;
  const caller = async ([at, name, wanted]: readonly [string, string, string]) => {
    const seen: string[] = [];
    while (working) seen.push(await call(at, name));
    expect(seen).not.toEqual([]);
    return seen.filter((each) => each !== wanted);
  };
  const calling = calls.map(caller);
  await work().finally(() => (working = false));
  return (await Promise.all(calling)).flat();
}

test("a service calls what is declared, as it is declared, and nothing else; no call fails while that changes", async () => {
  expect(await ask("other.example"), "of another service's, while anything may be called").toBe("200 plainly");

  await release({ reach: "anything", hosts: [bank()] });
  expect([await ask("bank.localhost"), await ask("other.example")]).toEqual(["200 plainly", "200 plainly"]);
  const [atBank, atOther] = [`${await addressOf("bank.localhost")}:80`, `${await addressOf("other.example")}:80`];

  const narrower = () => release(to(bank(), secure()));
  expect(await disturbedWhile(narrower, [[atBank, "bank.localhost", "200 plainly"]])).toEqual([]);
  expect(await ask("bank.localhost", "/flaky"), "asked three times").toBe("200 plainly");
  expect(await ask("bank.localhost", "/never")).toBe("504 upstream request timeout");
  expect(await ask("secure.bank.example")).toBe("200 by TLS");
  expect(await call(atOther, "other.example")).toBe("502 ");

  // Another one comes, one goes, and so do the pods: those of both releases call by what is theirs.
  const atSecure = `${await addressOf("secure.bank.example")}:80`;
  const others = async () => {
    const more = { env: [{ name: "ROUND", value: "2" }] };
    const wanted = settings(to(secure(), database()), more);
    const id = await world.request(shop, { kind: "configure", settings: wanted });
    await world.drive(id, ({ steps }) => steps.some(({ name, state }) => name === "rollout" && state === "running"));
    expect(await call(atBank, "bank.localhost"), "pods of the old release are there").toBe("200 plainly");
    expect(await call(`127.0.0.1:${outside.free}`, "db.bank.example"), "so may those of the new one be").toBe(
      "200 plainly",
    );
    await killedEverywhere(world, id, ({ state }) => state === "done");
  };
  expect(await disturbedWhile(others, [[atSecure, "secure.bank.example", "200 by TLS"]])).toEqual([]);
  expect(await call(`127.0.0.1:${outside.free}`, "db.bank.example")).toBe("200 plainly");
  expect(await addressOf("bank.localhost")).toBeUndefined();
  expect(await call(atOther, "other.example")).toBe("502 ");

  await release(null);
  expect(await call(atOther, "other.example")).toBe("200 plainly");
  for (const kind of [KINDS.serviceEntry, KINDS.sidecar, KINDS.virtualService, KINDS.destinationRule]) {
    const labelSelector = `kepler.dev/app=${shop.id}`;
    expect((await world.kubernetes.list(kind, "kepler-dev", { labelSelector })).items, kind.kind).toEqual([]);
  }
}, 120_000);

const previewOf = (egress: SpecEgress) =>
  previewRelease(
    shop.id,
    {
      ...{ environmentId: world.environmentId, kind: "configure", buildId: null, restoresNumber: null },
      settings: settings(egress),
    },
    { signal: AbortSignal.timeout(30_000) },
    {
      ...{ db: world.database.db, kubernetes: () => world.kubernetes, now: () => new Date() },
      prometheus: world.deps.clients.prometheus,
    },
  );

test("what is the environment's own, contradicts another service or has no effect is refused, and changes are told", async () => {
  const asked = (egress: SpecEgress, more: Partial<AppSettings> = {}) =>
    world.request(shop, { kind: "configure", settings: settings(egress, more) });
  const refused = (message: string, path = "settings.egress.hosts.0.name") => ({
    ...{ code: "invalid", fields: [{ path, message }] },
  });
  await expect(asked(to(host("api.dev.localhost", plain())))).rejects.toMatchObject(refused("egress.own-domain"));
  await expect(asked(to(host("pay.kepler-dev", plain())))).rejects.toMatchObject(refused("egress.cluster-own"));
  await expect(asked(to({ ...other(), timeoutMs: 100 }))).rejects.toMatchObject({
    ...refused("egress.contradicted"),
    message: `${pay.name} says something else of other.example, and the mesh keeps to one of the two for both services.`,
  });
  const outsideOfMesh = { meshMode: "normal" as const };
  await expect(asked(to(bank()), outsideOfMesh)).rejects.toMatchObject(
    refused("egress.not-in-mesh", "settings.egress"),
  );

  const preview = await previewOf(to(other(), secure()));
  expect(preview.blockers, "the same of one host, twice").toEqual([]);
  expect(preview.changes).toEqual([
    { field: "reach", before: "anything", after: "declared" },
    { field: "external", before: null, after: `other.example http 80 → ${outside.plain}, 127.0.0.1` },
    { field: "external", before: null, after: `secure.bank.example http 80 → ${outside.secure} TLS, 127.0.0.1` },
  ]);

  const told = async () => (await previewOf(to(secure()))).warnings.map(({ message }) => message);
  const calls = await waitFor("calls to be counted", async () => {
    await ask("other.example");
    const messages = await told();
    return messages.some((each) => each.includes("other.example")) && messages;
  });
  expect(calls).toEqual([expect.stringMatching(/^It called these .* any more: (bank.localhost, )?other.example\.$/)]);
}, 60_000);
