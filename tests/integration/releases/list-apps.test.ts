import { afterAll, beforeAll, expect, test } from "vitest";
import { HEALTH_STATES, listAppsInput } from "#lib/apps/schema";
import { type Prisma } from "#lib/platform/db";
import { listApps, listAppsTogether } from "#lib/releases/queries";
import { RELEASE_STATES } from "#lib/releases/schema";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { plainSpec } from "../../unit/releases/plain-spec.ts";

const APPS = 1_000;
const AT = new Date("2026-01-01T00:00:00Z");
const admin = { isAdmin: true, memberships: [] };
let database: FreshDatabase;
let teams: { id: string; slug: string }[];

/** A thousand services whose newest releases, done releases and Deployments differ in every combination that matters. */
beforeAll(async () => {
  database = await freshDatabase();
  const { db } = database;
  const cluster = await db.cluster.create({ data: { name: "c", context: "c", server: "" } });
  const environments = await Promise.all(
    (["dev", "test", "prod"] as const).map((name, i) =>
      db.environment.create({
        data: {
          clusterId: cluster.id,
          name,
          namespace: `kepler-${name}`,
          purpose: name,
          rank: i,
          domain: `${name}.localhost:1`,
        },
      }),
    ),
  );
  teams = await Promise.all(["pay", "ship"].map((slug) => db.team.create({ data: { slug, name: slug } })));
  const apps = await db.app.createManyAndReturn({
    data: Array.from({ length: APPS }, (_, i) => ({
      teamId: teams[i % 2]?.id ?? "",
      name: `svc-${String(i).padStart(4, "0")}`,
      language: "nodejs" as const,
      gitlabProjectId: i,
      gitlabProjectPath: "a/b",
      repositoryUrl: "http://gitlab/a/b.git",
      defaultRef: "main",
      dockerfilePath: "Dockerfile",
      buildStrategy: "dockerfile" as const,
      imageRepository: "r/x",
      webhookSecret: "",
      callbackSecret: "",
      provisionState: "ready" as const,
    })),
    select: { id: true, name: true },
  });
  const releases: Prisma.ReleaseCreateManyInput[] = [];
  const workloads: Prisma.ObservedWorkloadCreateManyInput[] = [];
  apps.forEach((app, i) => {
    environments.slice(0, i % 4).forEach((environment, j) => {
      const seed = i + j * 7;
      const row = {
        appId: app.id,
        environmentId: environment.id,
        kind: "deploy" as const,
        spec: plainSpec(),
        imageDigest: "",
        requestedAt: AT,
      };
      // A prime that is larger than the number of states: each of them is met without a release that is done.
      if (seed % 13 > 0) releases.push({ ...row, number: 1, state: "done", idempotencyKey: "1", endedAt: AT });
      const state = RELEASE_STATES[seed % RELEASE_STATES.length] ?? "done";
      releases.push({ ...row, number: 2, state, idempotencyKey: "2" });
      if (seed % 7 > 0) {
        const desired = Math.floor(seed / RELEASE_STATES.length) % 3;
        workloads.push({
          clusterId: cluster.id,
          namespace: environment.namespace,
          name: app.name,
          uid: app.id,
          appId: app.id,
          generation: 1,
          observedGeneration: 1,
          desired,
          updated: desired,
          ready: Math.min(desired, seed % 4),
          available: 0,
          progressing: seed % 5 !== 0,
          seenAt: AT,
        });
      }
    });
  });
  await db.release.createMany({ data: releases });
  await db.observedWorkload.createMany({ data: workloads });
  await db.$executeRaw`analyze`;
});
afterAll(() => database.drop());

const list = (input: Record<string, unknown>, subject: Parameters<typeof listApps>[0] = admin) =>
  listApps(subject, listAppsInput.parse(input), database.db);

test("the database's health is the rule's health, for every state a service can be in", async () => {
  const all = await Promise.all([1, 2, 3, 4, 5].map((page) => list({ page, pageSize: 200, sort: "name" })));
  const rows = all.flatMap((page) => page.rows);
  expect(rows).toHaveLength(APPS);
  const met = new Set(rows.flatMap(({ environments }) => environments.map(({ health }) => health)));
  expect([...met].sort()).toEqual(
    HEALTH_STATES.filter((state) => state !== "unreachable" && state !== "forbidden").sort(),
  );
  for (const health of HEALTH_STATES.filter((state) => state !== "absent")) {
    const expected = rows.filter(({ environments }) => environments.some((place) => place.health === health));
    expect((await list({ health, pageSize: 1 })).total, health).toBe(expected.length);
  }
  await database.db.systemStatus.create({
    data: {
      key: `cluster:${(await database.db.cluster.findFirstOrThrow()).id}`,
      state: "down",
      since: AT,
      checkedAt: AT,
    },
  });
  const released = rows.filter(({ environments }) => environments.length > 0).length;
  expect((await list({ health: "unreachable" })).total).toBe(released);
  const { rows: dimmed } = await list({ health: "unreachable", q: "svc-0003" });
  expect(dimmed[0]?.environments[0]).toMatchObject({ health: "unreachable", since: AT.toISOString(), wanted: 0 });
  await database.db.systemStatus.deleteMany();

  // One namespace of the cluster may not be looked into.
  const { id: clusterId } = await database.db.cluster.findFirstOrThrow();
  const pods = { clusterId, resource: "pods", verb: "list", since: AT };
  await database.db.missingRight.createMany({
    data: [
      { ...pods, namespace: "kepler-test" },
      { ...pods, namespace: "", resource: "events" },
    ],
  });
  const inTest = rows.filter(({ environments }) => environments.some(({ environment }) => environment === "test"));
  expect((await list({ health: "forbidden" })).total).toBe(inTest.length);
  const { rows: closed } = await list({ health: "forbidden", q: "svc-0003" });
  expect(closed[0]?.environments.map(({ health }) => health === "forbidden")).toEqual([false, true, false]);
  expect(closed[0]?.environments[1]).toMatchObject({ since: AT.toISOString(), seenAt: AT.toISOString() });
  await database.db.missingRight.deleteMany();
});

test("trouble comes first, and pages neither repeat nor leave out a service", async () => {
  const pages = await Promise.all([1, 2, 3, 4, 5].map((page) => list({ page, pageSize: 200 })));
  const names = pages.flatMap(({ rows }) => rows.map(({ name }) => name));
  expect(new Set(names).size).toBe(APPS);
  expect(pages[0]?.rows[0]?.environments.some(({ health }) => health === "failed")).toBe(true);
  expect(pages[4]?.rows.at(-1)?.environments.every(({ health }) => health === "absent")).toBe(true);
});

test("a service whose first build failed is trouble, though it runs nowhere yet", async () => {
  const { rows } = await list({ q: "svc-0996" });
  expect(rows[0]?.environments).toEqual([]);
  const build = { ref: "main", refKind: "branch", commitSha: "a".repeat(40), commitTitle: "", commitAuthor: "" };
  const { id } = await database.db.build.create({
    data: {
      ...build,
      appId: rows[0]?.id ?? "",
      number: 1,
      trigger: "create",
      idempotencyKey: "1",
      state: "failed",
      jenkinsJob: "",
      imageRepository: "",
      imageTag: "",
    },
  });
  const { rows: first } = await list({ pageSize: 200 });
  const place = first.findIndex(({ name }) => name === "svc-0996");
  expect(place).toBeGreaterThanOrEqual(0);
  expect(first.slice(0, place).every(({ environments }) => environments.some((e) => e.health === "failed"))).toBe(true);
  await database.db.build.delete({ where: { id } });
});

test("a member sees their team's services and no others, whatever they ask for", async () => {
  const [mine] = teams;
  const member = { isAdmin: false, memberships: [{ teamId: mine?.id ?? "", role: "viewer" as const }] };
  expect((await list({}, member)).total).toBe(APPS / 2);
  expect((await list({ team: "ship" }, member)).total).toBe(0);
  expect((await list({}, { isAdmin: false, memberships: [] })).total).toBe(0);
});

test("many who ask at once have one answer, but never that of somebody who may see other teams", async () => {
  const input = listAppsInput.parse({ pageSize: 5 });
  const people = [
    admin,
    ...teams.map(({ id }) => ({ isAdmin: false, memberships: [{ teamId: id, role: "viewer" as const }] })),
  ];
  const ask = () => people.map((person) => listAppsTogether(person, input, database.db));
  const answers = await Promise.all([...ask(), ...ask(), ...ask()]);
  const alone = await Promise.all(people.map((person) => listApps(person, input, database.db)));
  expect(answers).toEqual([...alone, ...alone, ...alone]);
  expect(alone.map(({ total }) => total)).toEqual([APPS, APPS / 2, APPS / 2]);
  // Who came while the first was being read shares the next one, with those of the same rights alone.
  expect(answers[3]).toBe(answers[6]);
  expect(answers[4]).toBe(answers[7]);
  expect(new Set(answers.slice(3, 6)).size).toBe(3);
});

test("search takes what people type literally", async () => {
  expect((await list({ q: "svc-000" })).total).toBe(10);
  expect((await list({ q: "%" })).total).toBe(0);
  expect((await list({ q: "'; drop table apps; --" })).total).toBe(0);
});

// The 95th percentile under `npm run bench` is the budget; here, beside other tests, the best of ten must keep it.
test("a page of a thousand services can be had within 100 ms, in every order", async () => {
  for (const sort of ["trouble", "name", "released"]) {
    const times: number[] = [];
    for (let i = 0; i < 10; i++) {
      const start = performance.now();
      await list({ sort, page: 1 + (i % 5) });
      times.push(performance.now() - start);
    }
    expect(Math.min(...times), sort).toBeLessThanOrEqual(100);
  }
});
