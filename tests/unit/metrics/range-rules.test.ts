import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grafanaLink } from "#lib/metrics/grafana-rules";
import {
  endOf,
  gridOf,
  LONGEST_RANGE_MS,
  MOST_POINTS,
  MOST_POINTS_IN_SHORT,
  rateWindowSeconds,
  SHORTEST_RANGE_MS,
  scrapeSecondsOf,
} from "#lib/metrics/range-rules";
import { stateOfAnswer, valuesOn } from "#lib/metrics/sample-rules";
import { containerMatchers, podPattern } from "#lib/metrics/scope-rules";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("the grid of a range", () => {
  it.each([
    [15 * MINUTE, 5, 5],
    [15 * MINUTE, 30, 30],
    [HOUR, 5, 15],
    [6 * HOUR, 15, 120],
    [24 * HOUR, 15, 600],
    [7 * 24 * HOUR, 15, 3600],
    [31 * 24 * HOUR, 15, 14_400],
  ])("over %i ms, scraped each %i s, has a point each %i s", (width, scrapeSeconds, step) => {
    const grid = gridOf({ fromMs: 1e12, toMs: 1e12 + width }, scrapeSeconds);
    expect(grid.stepMs).toBe(step * 1000);
  });

  it("has at most as many points as can be told apart, all of them within the range and on round moments", () => {
    const from = fc.integer({ min: 1e12, max: 2e12 });
    const width = fc.integer({ min: SHORTEST_RANGE_MS, max: LONGEST_RANGE_MS });
    const points = fc.constantFrom(MOST_POINTS, MOST_POINTS_IN_SHORT);
    fc.assert(
      fc.property(from, width, fc.integer({ min: 1, max: 120 }), points, (fromMs, widthMs, scrapeSeconds, most) => {
        const grid = gridOf({ fromMs, toMs: fromMs + widthMs }, scrapeSeconds, most);
        expect(grid.count).toBeLessThanOrEqual(most + 1);
        expect(grid.startMs).toBeGreaterThanOrEqual(fromMs);
        expect(grid.startMs % grid.stepMs).toBe(0);
        if (widthMs >= 2 * grid.stepMs) expect(endOf(grid)).toBeLessThanOrEqual(fromMs + widthMs);
        const window = rateWindowSeconds(grid.stepMs, scrapeSeconds);
        expect(window * 1000).toBeGreaterThanOrEqual(grid.stepMs + scrapeSeconds * 1000);
        expect(window).toBeGreaterThanOrEqual(4 * scrapeSeconds);
      }),
    );
  });

  it("learns how often is scraped from what came lately, late scrapes and young pods included", () => {
    const at = (...seconds: number[]) => ({ samples: seconds.map((second) => ({ atMs: second * 1000 })) });
    expect(scrapeSecondsOf([at(0), at(0, 15.01, 29.99, 45, 90)])).toBe(15);
    expect(scrapeSecondsOf([at(3, 8)])).toBe(5);
    expect(scrapeSecondsOf([at(0, 600)])).toBe(120);
    expect([scrapeSecondsOf([]), scrapeSecondsOf([at(1)])]).toEqual([30, 30]);
  });
});

describe("samples on their grid", () => {
  const grid = { startMs: 10_000, stepMs: 5000, count: 5 };
  it("leaves a gap where nothing was measured, and where it was no number", () => {
    const samples = [
      { atMs: 10_000, value: 0 },
      { atMs: 15_000, value: Number.NaN },
      { atMs: 20_000, value: Infinity },
      { atMs: 30_000, value: 2.5 },
      { atMs: 35_000, value: 9 },
    ];
    expect(valuesOn(grid, samples)).toEqual([0, null, null, null, 2.5]);
  });

  it("tells figures that have ended from a service that has", () => {
    const ended = { grid, newestMs: 15_000, scrapeSeconds: 5, nowMs: 60_000, runningSinceMs: 0 };
    const reaching = { ...ended, grid: { startMs: 0, stepMs: 5000, count: 13 } };
    expect(stateOfAnswer(reaching)).toBe("stale");
    expect(stateOfAnswer({ ...reaching, newestMs: 50_000 })).toBe("ok");
    expect(stateOfAnswer({ ...reaching, runningSinceMs: null })).toBe("ok");
    expect(stateOfAnswer({ ...reaching, runningSinceMs: 55_000 })).toBe("ok");
    expect(stateOfAnswer({ ...reaching, newestMs: null })).toBe("empty");
    expect(stateOfAnswer({ ...reaching, newestMs: null, runningSinceMs: 55_000 })).toBe("awaited");
    expect(stateOfAnswer({ ...reaching, newestMs: null, runningSinceMs: null })).toBe("empty");
    // A range of the past ends when it ends.
    expect(stateOfAnswer(ended)).toBe("ok");
  });
});

describe("an app's pods by their names", () => {
  const fits = (app: string, pod: string) => new RegExp(`^(?:${podPattern(app)})$`).test(pod);
  it("are a Deployment's and a StatefulSet's", () => {
    expect(fits("shop", "shop-7d9f6b5c4-x2v9k")).toBe(true);
    expect(fits("shop", "shop-0")).toBe(true);
    expect(fits("shop-2", "shop-2-0")).toBe(true);
  });
  it("are never those of an app whose name begins the same, or of a job", () => {
    expect(fits("shop", "shop-api-7d9f6b5c4-x2v9k")).toBe(false);
    expect(fits("shop", "shop-2-0")).toBe(false);
    expect(fits("shop", "shop-api-0")).toBe(false);
    expect(fits("shop", "shop-api-x2v9k")).toBe(false);
    expect(fits("shop", "my-shop-7d9f6b5c4-x2v9k")).toBe(false);
    expect(fits("a.b", "aXb-0")).toBe(false);
  });
});

it("measures the container that is the app's, whatever an import called it", () => {
  const scope = { app: "shop", namespace: "kepler-dev", container: "web" };
  expect(containerMatchers(scope)).toContainEqual({ label: "container", op: "=", value: "web" });
  expect(containerMatchers(scope)).toContainEqual({ label: "namespace", op: "=", value: "kepler-dev" });
});

it("fills a dashboard's address in, whatever a name holds", () => {
  const fields = { app: "a&b", namespace: "n", environment: "开发", cluster: "c/d?", from: "1", to: "2" };
  expect(
    grafanaLink("https://g/d?ns={namespace}&app={app}&e={environment}&c={cluster}&from={from}&to={to}", fields),
  ).toBe("https://g/d?ns=n&app=a%26b&e=%E5%BC%80%E5%8F%91&c=c%2Fd%3F&from=1&to=2");
});
