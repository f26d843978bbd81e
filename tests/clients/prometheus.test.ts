import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { serve } from "#sandbox/platform/http";
import { prometheusRoutes } from "#sandbox/prometheus/api";
import { type Prometheus, startPrometheus } from "#sandbox/prometheus/main";
import { Scraper } from "#sandbox/prometheus/scraper";
import { Tape } from "#sandbox/prometheus/tape";
import { prometheusSuite } from "../contract/clients/prometheus-suite.ts";
import { type EdgeGround, startEdgeGround, visit } from "../contract/sandbox/edge-ground.ts";
import { type Json, until } from "../contract/sandbox/kubernetes-ground.ts";
import { describeClient } from "./client.ts";
import { freePort } from "./free-port.ts";
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
      theirs = await startServer(folder, promtool.program, {});
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

    prometheusSuite(() => ({ url: theirs.url, history }));

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
      ["query_range", { query: "up{", start: "0", end: "10", step: "1" }],
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

/** A real Prometheus scrapes what the sandbox exposes while requests go through its edge. */
describeClient(
  { name: "promtool", variable: "CLIENT_PROMTOOL", programs: ["promtool"], probe: ["--version"] },
  (promtool) => {
    let ground: EdgeGround;
    let ours: Prometheus;
    let theirs: { url: string; process: ChildProcess };
    beforeAll(async () => {
      ground = await startEdgeGround();
      ours = await startPrometheus({ port: 0, jobs: ground.cluster.metrics, logger, everyMs: 1000 });
      const jobs = [...ground.cluster.metrics.keys()].map((job) => ({
        job_name: job,
        metrics_path: `/metrics/${job}`,
        static_configs: [{ targets: [new URL(ours.url).host] }],
      }));
      theirs = await startServer(promtool.folder(), promtool.program, {
        global: { scrape_interval: "1s", scrape_timeout: "1s" },
        scrape_configs: jobs,
      });
    });
    afterAll(async () => {
      theirs.process.kill();
      await ours.stop();
      await ground.stop();
    });
    const vector = async (url: string, query: string): Promise<Json[]> => {
      const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
      return ((await response.json()) as Json).data.result;
    };

    test("promtool finds nothing wrong with our exposition, but the names that Istio chose", async () => {
      await visit(ground.cluster.istioUrl);
      await visit(ground.cluster.traefikUrl);
      const input = await (await fetch(`${ours.url}/metrics`)).text();
      expect(input).toContain('istio_requests_total{reporter="source"');
      const { stdout, stderr } = await promtool.run(["check", "metrics"], { input });
      const complaints = `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
      expect(complaints.filter((line) => !ISTIO_NAMES.test(line))).toEqual([]);
    });

    test("a real Prometheus has every target up, and counts what ours counts", async () => {
      for (let turn = 0; turn < 40; turn += 1)
        await visit(ground.cluster.istioUrl, { path: turn % 4 === 0 ? "/status?code=500" : "/" });
      const answer = async (url: string, query: string) =>
        comparable({ result: (await vector(url, query)).map(timeless) });
      const both = (query: string) => Promise.all([answer(ours.url, query), answer(theirs.url, query)]);
      const total = async (url: string) =>
        Number((await vector(url, 'sum(istio_requests_total{reporter="source"})'))[0]?.value[1] ?? 0);
      await until(async () => (await total(ours.url)) >= 41 && (await total(theirs.url)) >= 41, 30_000);
      for (const query of [
        "sum by (destination_version, response_code) (istio_requests_total)",
        "count(up == 1)",
        "sum by (le) (istio_request_duration_milliseconds_bucket)",
        "histogram_quantile(0.9, sum by (le, response_code) (istio_request_duration_milliseconds_bucket))",
        'sum by (namespace, phase) (kube_pod_status_phase{phase!=""})',
        "max by (deployment) (kube_deployment_status_replicas_available)",
      ]) {
        // They scrape at moments of their own, so what has just changed reaches one of them first.
        const agree = async () => isDeepStrictEqual(...(await both(query)));
        await until(agree, 20_000).catch(() => undefined);
        const [mine, real] = await both(query);
        expect(mine, query).toEqual(real);
        expect(mine.result, query).not.toEqual([]);
      }
    });
  },
);

/** Istio tells durations in milliseconds; the others are called as they are everywhere. */
const ISTIO_NAMES = /^istio_request_duration_milliseconds /;

const timeless = ({ metric, value }: Json) => ({ metric, value: value[1] });

type Reply = { data?: { resultType?: string; result?: unknown }; errorType?: string; error?: string };

/** Numbers to eight digits, since sums are not always made in the same order; an unordered vector in order. */
function comparable(data: unknown): { result?: unknown } {
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

/** The server that belongs to this promtool, on what was written into `data`. */
async function startServer(folder: string, promtool: string, config: object) {
  const port = await freePort();
  await writeFile(join(folder, "prometheus.yml"), stringify(config));
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
