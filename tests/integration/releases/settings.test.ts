import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppSettings } from "#lib/apps/spec-schema";
import { NotFound } from "#lib/platform/errors";
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
  const cluster = await db.cluster.create({ data: { name: "c", context: "c", server: "" } });
  const environment = async (name: "dev" | "test", rank: number) => {
    const place = { clusterId: cluster.id, name, namespace: `kepler-${name}`, domain: `${name}.localhost:1` };
    return (await db.environment.create({ data: { ...place, purpose: name, rank } })).id;
  };
  environments = { dev: await environment("dev", 0), test: await environment("test", 1) };
  userId = (await db.user.create({ data: { username: "lin", name: "Lin Wei" } })).id;
});
afterAll(() => database.drop());

async function app(drafted: AppSettings | null): Promise<string> {
  const name = `t-${randomUUID().slice(0, 8)}`;
  const team = await database.db.team.create({ data: { slug: name, name } });
  const draft = { environmentId: environments.dev, spec: drafted ?? {}, version: 3 };
  const { id } = await database.db.app.create({
    data: {
      teamId: team.id,
      name,
      language: "nodejs",
      gitlabProjectId: 1,
      gitlabProjectPath: "a/b",
      repositoryUrl: "http://gitlab/a/b.git",
      defaultRef: "main",
      dockerfilePath: "Dockerfile",
      buildStrategy: "dockerfile",
      imageRepository: "r/x",
      webhookSecret: "",
      callbackSecret: "",
      provisionState: "ready",
      ...(drafted ? { specDrafts: { create: draft } } : {}),
    },
  });
  return id;
}

async function released(appId: string, number: number, state: "done" | "failed" | "applying", replicas: number) {
  const spec = { ...settings, replicas, image };
  const place = { appId, environmentId: environments.dev, number, requestedById: userId };
  await database.db.release.create({
    data: { ...place, kind: "scale", spec, state, imageDigest: image.digest, idempotencyKey: String(number) },
  });
}

describe("the settings of an app in an environment", () => {
  it("are none before there are any", async () => {
    expect(await getSettings(await app(null), "dev", database.db)).toEqual({
      settings: null,
      release: null,
      version: 0,
      domains: [{ name: "dev.localhost", below: true, tlsSecret: null }],
      logHosts: null,
      meshCallers: false,
    });
  });

  it("are those of its first release to come, with hosts of the environment that is asked about", async () => {
    const exposure = {
      gatewayClass: "ingress" as const,
      routes: [{ host: "shop.dev.localhost", path: "/", pathType: "prefix" as const, port: 8080 }],
    };
    const id = await app({ ...settings, exposure });
    expect(await getSettings(id, "dev", database.db)).toMatchObject({
      settings: { exposure },
      release: null,
      version: 3,
    });
    const elsewhere = await getSettings(id, "test", database.db);
    expect(elsewhere.settings?.exposure?.routes[0]?.host).toBe("shop.test.localhost");
    expect(elsewhere).toMatchObject({ release: null, version: 0 });
  });

  it("are those of the newest release that is done or on its way, and say whose it is", async () => {
    const id = await app(settings);
    await released(id, 1, "done", 4);
    await released(id, 2, "failed", 9);
    expect(await getSettings(id, "dev", database.db)).toMatchObject({
      settings: { replicas: 4 },
      release: { number: 1 },
    });
    await released(id, 3, "applying", 5);
    expect(await getSettings(id, "dev", database.db)).toMatchObject({
      settings: { replicas: 5 },
      release: { number: 3, requestedBy: "Lin Wei" },
    });
  });

  it("are not those of an environment that does not exist", async () => {
    await expect(getSettings(await app(settings), "nowhere", database.db)).rejects.toThrow(NotFound);
  });
});
