import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RouteHandler } from "#lib/access/route";
import { PLAIN_SETTINGS, PLAIN_SOURCE } from "#tests/world/plain-settings";
import { countsOf, expectRefused, type Refusals, startRefusals } from "./world.ts";
import { WRONG_VALUES } from "./wrong-values.ts";

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
  ...PLAIN_SOURCE,
  teamId: world.mine.teamId,
  environmentId: world.environment.id,
  name: "orders",
  gitlabProjectId: world.project.id,
  idempotencyKey: randomUUID(),
  settings: {
    ...PLAIN_SETTINGS,
    env: [{ name: "LEVEL", value: "one" }],
    readinessProbe: { path: "/healthz", port: 8080, periodSeconds: 5, timeoutSeconds: 1, failureThreshold: 3 },
    exposure: { gatewayClass: "ingress", routes: [{ host: "a.localhost", path: "/", pathType: "prefix", port: 8080 }] },
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

describe("creating a service with one wrong value", () => {
  it.each(Object.keys(WRONG_VALUES))("names %s as the wrong field", async (path) => {
    for (const value of WRONG_VALUES[path] ?? []) await expectFieldError(path, value);
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
