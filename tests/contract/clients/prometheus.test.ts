import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheus } from "#lib/clients/prometheus/create-prometheus";
import { Denied, Unavailable } from "#lib/platform/errors";
import { serve } from "#sandbox/platform/http";
import { prometheusRoutes } from "#sandbox/prometheus/api";
import { Scraper } from "#sandbox/prometheus/scraper";
import { Tape } from "#sandbox/prometheus/tape";
import { syntheticHistory } from "../../clients/prometheus-history.ts";
import { type FaultyServer, json, startFaultyServer } from "./faulty-server.ts";
import { prometheusSuite } from "./prometheus-suite.ts";

const logger = pino({ level: "silent" });

// `npm run test:clients` holds the same suite against a real Prometheus.
describe("Prometheus", () => {
  const history = syntheticHistory();
  let server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    const tape = new Tape({ retentionMs: Infinity, maxPoints: Infinity });
    for (const { job, instance, at, families } of history.scrapes) tape.append(job, instance, at, families);
    const router = prometheusRoutes({ tape, scraper: new Scraper([], tape, logger), url: () => "", now: Date.now });
    server = await serve({ router, port: 0, logger });
  });
  afterAll(() => server.close());

  prometheusSuite(() => ({ url: server.url, history }));
});

describe("Prometheus's odd answers", () => {
  let server: FaultyServer;
  const prometheus = () => createPrometheus({ url: `${server.url}/prom`, token: "secret", random: () => 0 });
  const matrix = (values: unknown) =>
    json({ status: "success", data: { resultType: "matrix", result: [{ metric: {}, values }] } });
  const ask = () => prometheus().queryRange("up", { startMs: 0, endMs: 60_000, stepMs: 15_000 });
  beforeAll(async () => {
    server = await startFaultyServer();
  });
  afterAll(() => server.stop());

  it("is asked below its path, with the token, in seconds", async () => {
    server.answer(matrix([[15.5, "0.25"]]));
    expect(await ask()).toEqual([{ labels: {}, samples: [{ atMs: 15_500, value: 0.25 }] }]);
    expect(server.seen[0]?.url).toBe("/prom/api/v1/query_range?query=up&start=0&end=60&step=15");
    expect(server.seen[0]?.headers.authorization).toBe("Bearer secret");
  });

  it.each([[[[1, ""]]], [[[1, "much"]]], [[["1", "1"]]], [[[1, 1]]]])(
    "does not take %j for samples",
    async (values) => {
      server.answer(matrix(values));
      await expect(ask()).rejects.toThrow("Prometheus answered something that is not what its interface promises.");
    },
  );

  it("tells a refused token from an outage, and neither from no data", async () => {
    server.answer({ status: 403, body: "RBAC: access denied" });
    await expect(ask()).rejects.toThrow(Denied);
    server.answer(json({ status: "error", errorType: "timeout", error: "query timed out" }, { status: 503 }));
    await expect(ask()).rejects.toThrow(Unavailable);
  });

  it("waits no longer than its deadline", async () => {
    server.answer("hang");
    await expect(prometheus().ping({ deadlineMs: 150 })).rejects.toThrow("Prometheus has not answered within 0.15 s.");
  });
});
