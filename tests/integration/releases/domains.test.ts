import { randomUUID } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Conflict, Invalid } from "#lib/platform/errors";
import { createRelease } from "#lib/releases/create-release";
import { removeDomain, setDomain } from "#lib/releases/domains/change-domains";
import { listDomains } from "#lib/releases/domains/queries";
import { type CreateReleaseInput } from "#lib/releases/schema";
import { getSettings } from "#lib/releases/settings/get-settings";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { plainSpec } from "../../unit/releases/plain-spec.ts";

const { image, ...settings } = plainSpec();
let database: FreshDatabase;
let environments: { dev: string; test: string };
let userId: string;

beforeAll(async () => {
  database = await freshDatabase();
  const { db } = database;
  // Each on a cluster of its own: hosts of one are free on the other.
  const environment = async (name: "dev" | "test", rank: number) => {
    const cluster = await db.cluster.create({ data: { name, context: name, server: "" } });
    const place = { clusterId: cluster.id, name, namespace: `kepler-${name}`, domain: `${name}.localhost:1` };
    return (await db.environment.create({ data: { ...place, purpose: name, rank } })).id;
  };
  environments = { dev: await environment("dev", 0), test: await environment("test", 1) };
  userId = (await db.user.create({ data: { username: "lin", name: "Lin Wei" } })).id;
});
afterAll(() => database.drop());

const exposing = (...hosts: string[]) => ({
  ...settings,
  ports: [{ name: "http", port: 8080, protocol: "http" as const }],
  exposure: {
    gatewayClass: "ingress" as const,
    routes: hosts.map((host) => ({ host, path: "/", pathType: "prefix" as const, port: 8080 })),
  },
});

/** A service whose release 1 is done in dev. */
async function running(...hosts: string[]): Promise<{ id: string; name: string; teamId: string }> {
  const { db } = database;
  const name = `t-${randomUUID().slice(0, 8)}`;
  const team = await db.team.create({ data: { slug: name, name } });
  const app = await db.app.create({
    data: {
      ...{ teamId: team.id, name, language: "nodejs", gitlabProjectId: 1, gitlabProjectPath: "a/b" },
      ...{ repositoryUrl: "http://gitlab/a/b.git", defaultRef: "main", dockerfilePath: "Dockerfile" },
      ...{ buildStrategy: "dockerfile", imageRepository: "r/x", webhookSecret: "", callbackSecret: "" },
      provisionState: "ready",
    },
  });
  const place = { appId: app.id, environmentId: environments.dev, number: 1, idempotencyKey: "first" } as const;
  const spec = { ...exposing(...hosts), image };
  await db.release.create({ data: { ...place, kind: "deploy", state: "done", spec, imageDigest: image.digest } });
  return app;
}

async function release(appId: string, wish: Partial<CreateReleaseInput>) {
  const deps = { db: database.db, now: () => new Date(), enqueue: () => Promise.resolve() };
  const intent = { environmentId: environments.dev, kind: "configure", buildId: null, settings: null } as const;
  const rest = { restoresNumber: null, reason: null, idempotencyKey: randomUUID() };
  const where = { appId, environmentId: wish.environmentId ?? environments.dev };
  const newest = await database.db.release.findFirst({ where, orderBy: { number: "desc" } });
  const input = { ...intent, ...rest, expectedCurrent: newest?.number ?? null, ...wish };
  return createRelease(appId, userId, input, deps);
}

test("a host outside of the environment's domains is refused at its field until an admin allows its domain", async () => {
  const { db } = database;
  const app = await running("a.dev.localhost");
  const host = `${app.name}.shop.example`;
  const wanted = exposing("a.dev.localhost", host);
  await expect(release(app.id, { settings: wanted })).rejects.toMatchObject({
    message: `Outside of the domains of dev (*.dev.localhost): ${host}.`,
    fields: [{ path: "settings.exposure.routes.1.host", message: "host.outside-domains" }],
  });
  await setDomain(db, environments.dev, { name: "shop.example", below: true, tlsSecret: null });
  expect((await getSettings(app.id, "dev", db)).domains).toContainEqual({
    name: "shop.example",
    below: true,
    tlsSecret: null,
  });
  await release(app.id, { settings: wanted });

  // On its way counts as much as done: its routes need the domain.
  const used = { message: `Routes use *.shop.example: ${app.name} (${host}).` };
  await expect(removeDomain(db, environments.dev, "shop.example")).rejects.toMatchObject(used);
  await expect(
    setDomain(db, environments.dev, { name: "shop.example", below: false, tlsSecret: null }),
  ).rejects.toMatchObject(used);
  const { rows } = await listDomains(db, environments.dev, { reads: [] });
  expect(rows[0]).toMatchObject({ name: "dev.localhost", own: true });
  expect(rows.find(({ name }) => name === "shop.example")).toMatchObject({ routes: 1, services: [] });
  const mine = await listDomains(db, environments.dev, { reads: [app.teamId] });
  expect(mine.rows.find(({ name }) => name === "shop.example")).toMatchObject({ services: [app.name] });

  // Its host alone is enough: then the whole can go.
  await setDomain(db, environments.dev, { name: host, below: false, tlsSecret: null });
  await removeDomain(db, environments.dev, "shop.example");
  await expect(removeDomain(db, environments.dev, "dev.localhost")).rejects.toThrow(Conflict);
});

test("what is brought from another environment is asked as well: own hosts move along, others need their domain", async () => {
  const { db } = database;
  const app = await running("b.dev.localhost", "clone.example");
  const clone = { environmentId: environments.test, kind: "deploy", cloneOf: environments.dev } as const;
  await expect(release(app.id, clone)).rejects.toMatchObject({
    message: "Outside of the domains of test (*.test.localhost): clone.example.",
  });
  await setDomain(db, environments.test, { name: "clone.example", below: false, tlsSecret: null });
  const { releaseId } = await release(app.id, clone);
  const { spec } = await db.release.findUniqueOrThrow({ where: { id: releaseId }, select: { spec: true } });
  expect(spec).toMatchObject({
    exposure: { routes: [{ host: "b.test.localhost" }, { host: "clone.example" }] },
  });
});

test("a list that changed stands in nobody's way: hosts that a service has, it may keep, scale and go back to", async () => {
  const { db } = database;
  const app = await running("lost.example");
  await release(app.id, { kind: "scale", replicas: 3 });
  await db.release.updateMany({ where: { appId: app.id }, data: { state: "done" } });
  await release(app.id, { kind: "rollback", restoresNumber: 1 });
  await db.release.updateMany({ where: { appId: app.id }, data: { state: "done" } });
  await release(app.id, { settings: exposing("c.dev.localhost") });
  await db.release.updateMany({ where: { appId: app.id }, data: { state: "done" } });
  // Once given up, it is a new host like any other.
  await expect(release(app.id, { kind: "rollback", restoresNumber: 1 })).rejects.toThrow(Invalid);
});

test("the migration allows what is served or prepared, and nothing else", async () => {
  const { db } = database;
  await db.environmentDomain.deleteMany();
  const app = await running("served.example", "a.dev.localhost", "dev.localhost", "xdev.localhost");
  const { id } = await running("gone.example");
  await db.app.update({ where: { id }, data: { retiredAt: new Date() } });
  const [file = ""] = globSync("prisma/migrations/*_environment_domains/migration.sql");
  const seed = readFileSync(file, "utf8")
    .split(";")
    .find((statement) => statement.includes("INSERT INTO"));
  await db.$executeRawUnsafe(seed ?? "");
  const names = (await db.environmentDomain.findMany()).map(({ name, below }) => [name, below]);
  expect(names).toContainEqual(["served.example", false]);
  expect(names).toContainEqual(["xdev.localhost", false]);
  for (const name of ["gone.example", "dev.localhost", "a.dev.localhost"])
    expect(names.map(([each]) => each)).not.toContain(name);
  await release(app.id, { settings: exposing("served.example") });
});
