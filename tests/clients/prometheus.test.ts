import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serve } from "#sandbox/platform/http";
import { prometheusRoutes } from "#sandbox/prometheus/api";
import { Scraper } from "#sandbox/prometheus/scraper";
import { Tape } from "#sandbox/prometheus/tape";
import { describeClient } from "./client.ts";
import { type History, openMetrics, syntheticHistory } from "./prometheus-history.ts";
import { BAD_QUERIES, QUERIES } from "./prometheus-queries.ts";

const logger = pino({ level: "silent" });

/** Both servers hold the same samples; a query is asked of both, and the answers must be the same. */
describeClient(
  { name: "promtool", variable: "CLIENT_PROMTOOL", programs: ["promtool"], probe: ["--version"] },
  (promtool) => {
    const history: History = syntheticHistory();
    let ours: Awaited<ReturnType<typeof serve>>;
    let theirs: { url: string; process: ChildProcess };

    beforeAll(async () => {
      const folder = promtool.folder();
      await writeFile(join(folder, "history"), openMetrics(history));
      await promtool.ok(["tsdb", "create-blocks-from", "openmetrics", "history", "data"]);
      theirs = await startPrometheus(folder, promtool.program);
      const tape = new Tape({ retentionMs: Infinity, maxPoints: Infinity });
      for (const { job, instance, at, families } of history.scrapes) tape.append(job, instance, at, families);
      const scraper = new Scraper([], tape, logger);
      const router = prometheusRoutes({ tape, scraper, url: () => "", now: Date.now });
      ours = await serve({ router, port: 0, logger });
    });
    afterAll(async () => {
      theirs.process.kill();
      await ours.close();
    });

    const both = async (path: string, parameters: Record<string, string>) => {
      const ask = async (url: string) => {
        const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
        return { code: response.status, ...((await response.json()) as Reply) };
      };
      return Promise.all([ask(ours.url), ask(theirs.url)]);
    };
    const seconds = (ms: number): string => String(ms / 1000);

    test.each(QUERIES)("answers as Prometheus does: %s", async (query) => {
      for (const at of history.moments) {
        const [mine, real] = await both("query", { query, time: seconds(at) });
        expect(mine.code, `${query} at ${at}: ${real.error ?? ""}`).toBe(real.code);
        if (real.code === 200) expect(comparable(mine.data)).toEqual(comparable(real.data));
        else expect([mine.errorType, sameWords(mine.error)]).toEqual([real.errorType, sameWords(real.error)]);
      }
      const range = { query, start: seconds(history.start), end: seconds(history.end), step: "47" };
      const [mine, real] = await both("query_range", range);
      expect(mine.code, real.error).toBe(real.code);
      if (real.code === 200) expect(comparable(mine.data)).toEqual(comparable(real.data));
      else expect([mine.errorType, sameWords(mine.error)]).toEqual([real.errorType, sameWords(real.error)]);
    });

    test("some of these queries have an answer, so that the comparison means something", async () => {
      const answers = await Promise.all(
        QUERIES.map((query) => both("query", { query, time: seconds(history.moments[1] ?? 0) })),
      );
      const answered = answers.filter(([mine]) => Array.isArray(mine.data?.result) && mine.data.result.length > 0);
      expect(answered.length).toBeGreaterThan(QUERIES.length * 0.7);
    });

    test.each(BAD_QUERIES)("refuses in the same words: %s", async (query) => {
      const [mine, real] = await both("query", { query, time: seconds(history.end) });
      expect(mine).toEqual(real);
    });

    test.each([
      ["query", { query: "up", time: "soon" }],
      ["query_range", { query: "up", start: "0", end: "100000", step: "1" }],
      ["query_range", { query: "up", start: "100", end: "0", step: "1" }],
      ["query_range", { query: "up", start: "0", end: "10", step: "0" }],
      ["query_range", { query: "up", start: "0", end: "10", step: "x" }],
      ["query_range", { query: "up[5m]", start: "0", end: "10", step: "1" }],
      ["query_range", { query: "up", end: "10", step: "1" }],
      ["series", {}],
      ["label/not-a-name/values", {}],
    ])("refuses parameters of %s in the same words: %o", async (path, parameters) => {
      const [mine, real] = await both(path, parameters);
      expect(real.code).toBe(400);
      expect(mine).toEqual(real);
    });

    test.each([
      ["labels", {}],
      ["labels", { "match[]": 'requests_total{code="200"}' }],
      ["label/__name__/values", {}],
      ["label/code/values", { "match[]": "requests_total" }],
      ["series", { "match[]": '{code=~"5.."}' }],
      ["series", { "match[]": "nothing" }],
    ])("lists %s as Prometheus does: %o", async (path, parameters) => {
      const span = { start: seconds(history.start), end: seconds(history.end) };
      const [mine, real] = await both(path, { ...parameters, ...span });
      expect(inOrder(mine.data)).toEqual(inOrder(real.data));
    });
  },
);

type Reply = { data?: { resultType?: string; result?: unknown }; errorType?: string; error?: string };

/** Numbers to eight digits, since sums are not always made in the same order; an unordered vector in order. */
function comparable(data: unknown): unknown {
  const rounded = JSON.parse(JSON.stringify(data), (_key, value: unknown) =>
    typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
      ? Number(Number(value).toPrecision(8)) || 0
      : value,
  ) as { result?: unknown };
  return { ...rounded, result: inOrder(rounded.result) };
}

const inOrder = (all: unknown): unknown =>
  Array.isArray(all) && typeof all[0] === "object"
    ? [...all].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : all;

/** Which two of several duplicates are named is chance. */
const sameWords = (error = ""): string => error.replace(/ on the (left|right) hand-side.*/, " on a side");

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** The server that belongs to this promtool, on what was written into `data`. */
async function startPrometheus(folder: string, promtool: string): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  await writeFile(join(folder, "prometheus.yml"), "global: {}\n");
  const child = spawn(
    promtool.replace(/promtool$/, "prometheus"),
    [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      "--storage.tsdb.retention.time=100y",
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 30_000;
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady()))
    if (Date.now() > deadline || child.exitCode !== null) throw new Error("Prometheus did not start");
  return { url, process: child };
}
