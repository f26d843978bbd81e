import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listReleases } from "#lib/releases/queries";
import { type ListReleasesInput } from "#lib/releases/schema";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { plainSpec } from "../../unit/releases/plain-spec.ts";

let database: FreshDatabase;
let appId: string;
let people: { lin: string; omar: string };
const environments: Record<string, string> = {};

beforeAll(async () => {
  database = await freshDatabase();
  const { db } = database;
  const cluster = await db.cluster.create({ data: { name: "c", context: "c", server: "" } });
  for (const [name, rank] of [["dev", 10] as const, ["prod", 30] as const]) {
    const place = { clusterId: cluster.id, name, namespace: name, purpose: name, rank, domain: "localhost" };
    environments[name] = (await db.environment.create({ data: place })).id;
  }
  const person = async (name: string) => (await db.user.create({ data: { username: name, name } })).id;
  people = { lin: await person("Lin"), omar: await person("Omar") };
  const team = await db.team.create({ data: { slug: "t", name: "t" } });
  const project = { gitlabProjectId: 1, gitlabProjectPath: "a/b", repositoryUrl: "", defaultRef: "main" };
  const build = { dockerfilePath: "Dockerfile", buildStrategy: "dockerfile", imageRepository: "r/a" } as const;
  const secrets = { webhookSecret: "", callbackSecret: "" };
  const app = await db.app.create({
    data: { teamId: team.id, name: "shop", language: "go", ...project, ...build, ...secrets },
  });
  appId = app.id;
});
afterAll(() => database.drop());

type Row = { number: number; environment?: string; kind?: "deploy" | "scale"; state?: "done" | "failed" };
async function release({ number, environment = "dev", ...rest }: Row & { by?: string; reason?: string; tag?: string }) {
  const { kind = "deploy", state = "done", by, reason, tag = `v${number}` } = rest;
  const spec = plainSpec();
  await database.db.release.create({
    data: {
      appId,
      environmentId: environments[environment] ?? "",
      number,
      kind,
      state,
      reason,
      requestedById: by ?? null,
      spec: { ...spec, image: { ...spec.image, tag } },
      imageDigest: spec.image.digest,
      idempotencyKey: randomUUID(),
      requestedAt: new Date(Date.UTC(2026, 0, number)),
    },
  });
}

const found = async (filter: Partial<ListReleasesInput>) => {
  const { rows, total } = await listReleases(appId, { page: 1, pageSize: 25, ...filter }, database.db);
  expect(total).toBe(rows.length);
  return rows.map(({ number, environment }) => `${environment} ${number}`);
};

test("history is filtered by the database: by kind, state, person, text and environment, alone and together", async () => {
  await release({ number: 1, by: people.lin, reason: "100% of the orders", tag: "v1.2.0" });
  await release({ number: 2, by: people.omar, kind: "scale", state: "failed" });
  await release({ number: 3, by: people.omar, reason: "Nightly load" });
  await release({ number: 4 });
  await release({ number: 5, environment: "prod", by: people.lin, kind: "scale" });

  expect(await found({})).toEqual(["prod 5", "dev 4", "dev 3", "dev 2", "dev 1"]);
  expect(await found({ environment: "dev", kind: "scale" })).toEqual(["dev 2"]);
  expect(await found({ kind: "scale" })).toEqual(["prod 5", "dev 2"]);
  expect(await found({ state: "failed" })).toEqual(["dev 2"]);
  expect(await found({ by: people.omar })).toEqual(["dev 3", "dev 2"]);
  expect(await found({ by: "kepler" })).toEqual(["dev 4"]);
  expect(await found({ q: "ORDERS" })).toEqual(["dev 1"]);
  expect(await found({ q: "v1.2" })).toEqual(["dev 1"]);
  expect(await found({ q: "#3" })).toEqual(["dev 3"]);
  expect(await found({ q: "load", by: people.omar, state: "done" })).toEqual(["dev 3"]);
  expect(await found({ q: "load", by: people.lin })).toEqual([]);
});

test("signs that LIKE knows stand for themselves, and a number that cannot be one finds nothing", async () => {
  expect(await found({ q: "100%" })).toEqual(["dev 1"]);
  expect(await found({ q: "%" })).toEqual(["dev 1"]);
  expect(await found({ q: "_" })).toEqual([]);
  expect(await found({ q: "9999999999" })).toEqual([]);
});

test("the filter by person offers everybody who ever asked for a release of the service", async () => {
  const { people: offered } = await listReleases(appId, { page: 1, pageSize: 1, state: "failed" }, database.db);
  expect(offered.map(({ name }) => name)).toEqual(["Lin", "Omar"]);
});
