import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countsOf, expectRefused, guardedRoutes, type Refusals, startRefusals } from "./world.ts";

const routes = await guardedRoutes();
const writes = routes.filter(({ method }) => method !== "GET" && method !== "HEAD");
const withParameters = routes.filter(({ file }) => file.includes("["));

let world: Refusals;
let before: Record<string, number>;
beforeAll(async () => {
  world = await startRefusals();
  before = await countsOf(world.db);
});
afterAll(() => world.stop());

/** The path's parameters, all of them `value`, or of this team's service where it is one. */
const paramsOf = (file: string, value = "00000000-0000-4000-8000-000000000000") =>
  Object.fromEntries(
    [...file.matchAll(/\[(\w+)\]/g)].map(([, name = ""]) => [name, name === "app" ? world.mine.name : value]),
  );

/** Streams are answers without an end: they are not read. */
async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

const MALFORMED: [what: string, body: string | Uint8Array, contentType?: string][] = [
  ["broken JSON", '{"name": "a'],
  ["a list", "[1,2]"],
  ["text", '"name"'],
  ["a number", "42"],
  ["null", "null"],
  ["a form", "name=a&ref=main", "application/x-www-form-urlencoded"],
  ["text that looks like JSON", "{}", "text/plain"],
  ["XML", "<name/>", "application/xml"],
  ["bytes that are not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ["more than a megabyte", `{"name":"${"x".repeat(1024 * 1024)}"}`],
  ["a hundred thousand brackets", `{"body":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ["a name that cannot be stored", '{"a\\u0000b":1}'],
  ["half a character", '{"body":{"x":"\\ud800"}}'],
];

describe.each(writes)("$method $file", ({ file, method, handler }) => {
  it.each(MALFORMED)("refuses %s", async (what, body, contentType) => {
    const headers: Record<string, string> = contentType ? { "content-type": contentType } : {};
    await expectRefused(await world.send(handler, { method, body, headers, params: paramsOf(file) }), what);
    expect(await countsOf(world.db)).toEqual(before);
  });

  it("is not led astray by the names of JavaScript's own machinery", async () => {
    const body = '{"__proto__":{"isAdmin":true,"name":"x"},"constructor":{"prototype":{"isAdmin":true}},"toString":1}';
    const status = await statusOf(world.send(handler, { method, body, params: paramsOf(file) }));
    expect(status).toBeLessThan(500);
    expect(Reflect.get({}, "isAdmin")).toBeUndefined();
  });
});

const STRANGE = [
  "",
  " ",
  "0",
  "-1",
  "1e309",
  "not-a-uuid",
  "../..",
  "%00",
  "a\u0000b",
  "\ud800",
  "٣",
  "ａｐｐ",
  "x".repeat(5000),
  "null",
  "__proto__",
  "' or 1=1 --",
];

describe.each(withParameters)("$method $file", ({ file, method, handler }) => {
  it("knows nothing by an id that is none", async () => {
    for (const strange of STRANGE) {
      const names = Object.keys(paramsOf(file));
      const params = Object.fromEntries(names.map((name) => [name, strange]));
      await expectRefused(
        await world.send(handler, { method, params, ...(method === "GET" ? {} : { body: {} }) }),
        strange,
      );
    }
    expect(await countsOf(world.db)).toEqual(before);
  });
});

it.each(routes)("$method $file never breaks, whatever query, body and parameters it is given", async (route) => {
  const { file, method, handler } = route;
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(...STRANGE, randomUUID(), "1", "main"),
  );
  const names = [
    "q",
    "page",
    "pageSize",
    "environment",
    "ref",
    "path",
    "kind",
    "pod",
    "tail",
    "since",
    "state",
    "name",
    "offset",
    "lastEventId",
    "team",
    "sort",
  ];
  const query = fc.dictionary(fc.constantFrom(...names), fc.oneof(text, fc.integer().map(String)), { maxKeys: 4 });
  const body = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 });
  await fc.assert(
    fc.asyncProperty(query, body, text, async (asked, sent, value) => {
      const params = paramsOf(file, value);
      const search = `?${new URLSearchParams(asked).toString()}`;
      const request = { method, params, query: search, ...(method === "GET" ? {} : { body: sent }) };
      expect(await statusOf(world.send(handler, request)), JSON.stringify(request)).toBeLessThan(500);
    }),
    { numRuns: 20 },
  );
});
