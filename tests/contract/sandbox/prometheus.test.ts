import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "#sandbox/platform/http";
import { prometheusRoutes } from "#sandbox/prometheus/api";
import { expose } from "#sandbox/prometheus/exposition";
import { type Collect, Counter, type Family, Histogram, type Labels } from "#sandbox/prometheus/metrics";
import { formatNumber } from "#sandbox/prometheus/promql/format";
import { Scraper, type Target } from "#sandbox/prometheus/scraper";
import { Tape } from "#sandbox/prometheus/tape";
import { type Json } from "./kubernetes-ground.ts";

const T0 = 1_700_000_000_000;
const logger = pino({ level: "silent" });
const gauge = (name: string, all: [Labels, number][]): Family => ({
  name,
  type: "gauge",
  help: `About ${name}.`,
  samples: all.map(([labels, value]) => ({ name, labels, value })),
});

/** An API over a tape that the test writes, at a time that it sets. */
async function startApi(collect: Collect = () => []) {
  const tape = new Tape({ retentionMs: 3_600_000, maxPoints: 1_000_000 });
  const target: Target = { job: "web", instance: "web:80", everyMs: 5000, collect };
  const scraper = new Scraper([target], tape, logger);
  const clock = { now: T0 };
  const router = prometheusRoutes({ tape, scraper, url: () => "http://prometheus", now: () => clock.now });
  const { url, close } = await serve({ router, port: 0, logger });
  const ask = async (path: string, parameters: Record<string, string> = {}, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}?${new URLSearchParams(parameters).toString()}`, init);
    const text = await response.text();
    return { status: response.status, body: (text.startsWith("{") ? JSON.parse(text) : text) as Json };
  };
  return { tape, clock, ask, url, close, scrapeAt: (at: number) => scraper.scrape(target, at) };
}

describe("the HTTP API", () => {
  let api: Awaited<ReturnType<typeof startApi>>;
  let broken = false;
  const pods = new Map([
    ["a", 1],
    ["b", NaN],
  ]);
  beforeAll(async () => {
    api = await startApi(() => {
      if (broken) throw new Error("no answer");
      return [
        gauge(
          "size",
          [...pods].map(([pod, value]) => [{ pod }, value]),
        ),
      ];
    });
    for (const at of [T0, T0 + 5000, T0 + 10_000]) await api.scrapeAt(at);
  });
  afterAll(() => api.close());
  const instant = async (query: string, at: number) =>
    (await api.ask("/api/v1/query", { query, time: String(at / 1000) })).body.data.result;

  it("answers instants and ranges with strings for values", async () => {
    expect(await instant("size", T0 + 5000)).toEqual([
      { metric: { __name__: "size", instance: "web:80", job: "web", pod: "a" }, value: [T0 / 1000 + 5, "1"] },
      { metric: { __name__: "size", instance: "web:80", job: "web", pod: "b" }, value: [T0 / 1000 + 5, "NaN"] },
    ]);
    const range = { query: 'size{pod="a"} / 0', start: String(T0 / 1000), end: String(T0 / 1000 + 10), step: "5s" };
    const { body } = await api.ask("/api/v1/query_range", range);
    expect(body.data).toEqual({
      resultType: "matrix",
      result: [
        {
          metric: { instance: "web:80", job: "web", pod: "a" },
          values: [0, 5, 10].map((s) => [T0 / 1000 + s, "+Inf"]),
        },
      ],
    });
    expect((await api.ask("/api/v1/query", { query: "1 + 1" })).body.data).toEqual({
      resultType: "scalar",
      result: [T0 / 1000, "2"],
    });
    expect((await api.ask("/api/v1/query", { query: "nothing" })).body).toEqual({
      status: "success",
      data: { resultType: "vector", result: [] },
    });
  });

  it("takes parameters as a form too", async () => {
    const body = new URLSearchParams({ query: "count(size)" });
    const { body: answer } = await api.ask("/api/v1/query", {}, { method: "POST", body });
    expect(answer.data.result[0].value[1]).toBe("2");
  });

  it("says 400 bad_data for a bad query or too many points, 422 for one that cannot be executed", async () => {
    expect(await api.ask("/api/v1/query", { query: "foo(size)" })).toEqual({
      status: 400,
      body: {
        status: "error",
        errorType: "bad_data",
        error: 'invalid parameter "query": 1:1: parse error: unknown function with name "foo"',
      },
    });
    const many = { query: "size", start: "0", end: "11001", step: "1" };
    expect((await api.ask("/api/v1/query_range", many)).body.error).toMatch(
      /^exceeded maximum resolution of 11,000 points/,
    );
    expect((await api.ask("/api/v1/query_range", { ...many, end: "11000" })).status).toBe(200);
    const duplicate = await api.ask("/api/v1/query", { query: "size + on (job) size" });
    expect([duplicate.status, duplicate.body.errorType]).toEqual([422, "execution"]);
    expect((await api.ask("/api/v1/nothing")).status).toBe(404);
  });

  it("lists series, labels, values and metadata", async () => {
    expect((await api.ask("/api/v1/series", { "match[]": 'size{pod="a"}' })).body.data).toEqual([
      { __name__: "size", instance: "web:80", job: "web", pod: "a" },
    ]);
    expect((await api.ask("/api/v1/labels")).body.data).toEqual(["__name__", "instance", "job", "pod"]);
    expect((await api.ask("/api/v1/label/__name__/values")).body.data).toEqual(["size", "up"]);
    const { body } = await api.ask("/api/v1/metadata", { metric: "size" });
    expect(body.data).toEqual({ size: [{ type: "gauge", help: "About size.", unit: "" }] });
    expect((await api.ask("/api/v1/status/buildinfo")).body.data.version).toBe("2.42.0");
    expect((await api.ask("/api/v1/rules")).body.data).toEqual({ groups: [] });
  });

  it("ends a series with the scrape that no longer has it, and all of them when a scrape fails", async () => {
    pods.delete("b");
    await api.scrapeAt(T0 + 15_000);
    expect(await instant("count(size)", T0 + 14_000)).toMatchObject([{ value: [T0 / 1000 + 14, "2"] }]);
    expect(await instant("count(size)", T0 + 16_000)).toMatchObject([{ value: [T0 / 1000 + 16, "1"] }]);
    broken = true;
    await api.scrapeAt(T0 + 20_000);
    broken = false;
    expect(await instant("size", T0 + 21_000)).toEqual([]);
    expect(await instant("up", T0 + 21_000)).toMatchObject([{ value: [T0 / 1000 + 21, "0"] }]);
    const { body } = await api.ask("/api/v1/targets");
    expect(body.data.activeTargets).toMatchObject([{ health: "down", lastError: "no answer", scrapePool: "web" }]);
    await api.scrapeAt(T0 + 25_000);
    expect(await instant(`count_over_time(size{pod="a"}[25s])`, T0 + 25_000)).toMatchObject([
      { value: [T0 / 1000 + 25, "5"] },
    ]);
  });

  it("exposes what it scrapes to another Prometheus, job by job", async () => {
    const text = '# HELP size About size.\n# TYPE size gauge\nsize{pod="a"} 1\n';
    expect((await api.ask("/metrics")).body).toBe(text);
    expect((await api.ask("/metrics/web")).body).toBe(text);
    expect((await api.ask("/metrics/other")).body).toBe("");
  });
});

describe("the tape", () => {
  const filled = (limits: { retentionMs: number; maxPoints: number }, scrapes: number) => {
    const tape = new Tape(limits);
    const still: Labels = { pod: "still" };
    const moving: Labels = { pod: "moving" };
    for (let index = 0; index < scrapes; index += 1) {
      const all: [Labels, number][] = [
        [still, 7],
        [moving, index],
      ];
      // Gone for good after a third.
      if (index < scrapes / 3) all.push([{ pod: "gone" }, 1]);
      tape.append("job", "i", T0 + index * 1000, [gauge("m", all)]);
    }
    return tape;
  };
  const tests = [
    { label: "__name__", op: "=" as const, value: "m", equals: "m", fits: (value: string) => value === "m" },
  ];

  it("forgets what is older than its retention, and the series that ended before", () => {
    const series = filled({ retentionMs: 100_000, maxPoints: 1e9 }, 1000).select(tests);
    expect(series.map(({ labels }) => labels.pod).sort()).toEqual(["moving", "still"]);
    for (const each of series) {
      const points = each.between(0, Infinity);
      expect(points.length).toBeGreaterThanOrEqual(100);
      expect(points.length).toBeLessThan(115);
      expect(points.at(-1)).toEqual({ t: T0 + 999_000, v: each.labels.pod === "still" ? 7 : 999 });
      expect(points[0]?.v).toBe(each.labels.pod === "still" ? 7 : 1000 - points.length);
    }
  });

  it("forgets earlier when there is too much", () => {
    const [first] = filled({ retentionMs: Infinity, maxPoints: 500 }, 3000).select(tests);
    const points = first?.between(0, Infinity) ?? [];
    expect(points.length).toBeLessThan(700);
    expect(points.at(-1)?.t).toBe(T0 + 2_999_000);
  });
});

describe("the text format", () => {
  it("escapes, and writes families of one name once", () => {
    const family = gauge("odd", [[{ path: 'a\\b"c\nd' }, -0.5]]);
    expect(expose([family, gauge("odd", [[{}, Infinity]])])).toBe(
      '# HELP odd About odd.\n# TYPE odd gauge\nodd{path="a\\\\b\\"c\\nd"} -0.5\nodd +Inf\n',
    );
  });

  it("counts and observes", () => {
    const counter = new Counter("hits_total", "Hits.");
    counter.add({ code: "200" });
    counter.add({ code: "200" }, 2);
    const histogram = new Histogram("took_seconds", "Took.", [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 3]) histogram.observe({}, value);
    expect(expose([counter.collect(), histogram.collect()])).toBe(
      [
        '# HELP hits_total Hits.\n# TYPE hits_total counter\nhits_total{code="200"} 3',
        "# HELP took_seconds Took.\n# TYPE took_seconds histogram",
        'took_seconds_bucket{le="0.1"} 2\ntook_seconds_bucket{le="1"} 3\ntook_seconds_bucket{le="+Inf"} 4',
        "took_seconds_sum 3.65\ntook_seconds_count 4\n",
      ].join("\n"),
    );
  });

  it("writes numbers without an exponent in answers", () => {
    expect([1e21, 1.25e22, 1.5e-9, -1e-7, 0.1, -0, 123.456].map(formatNumber)).toEqual([
      "1000000000000000000000",
      "12500000000000000000000",
      "0.0000000015",
      "-0.0000001",
      "0.1",
      "-0",
      "123.456",
    ]);
  });
});
