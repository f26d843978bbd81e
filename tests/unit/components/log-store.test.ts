import { expect, it } from "vitest";
import { readLogFilter, sourceQuery, toQuery } from "../../../components/logs/log-filter.ts";
import { LogStore } from "../../../components/logs/log-store.ts";

const at = (second: number) => `2026-01-01T00:00:0${second}.000000000Z`;

it("merges pods by time, shows where lines may be missing, and keeps a trace at its error's level over batches", () => {
  const store = new LogStore();
  store.hear({
    type: "lines",
    pod: "a",
    lines: [
      [at(1), "INFO up"],
      [at(4), "ERROR no answer"],
    ],
  });
  store.hear({ type: "lines", pod: "b", lines: [[at(2), "WARN slow"]] });
  store.hear({ type: "lines", pod: "a", lines: [[at(5), "    at connect"]] });
  store.hear({ type: "gap", pod: "b", after: at(2), before: at(3) });
  const { lines, received } = store.snapshot();
  expect(lines.map(({ source, level, isGap = false }) => [source, level, isGap])).toEqual([
    ["a", "info", false],
    ["b", "warn", false],
    ["b", "warn", true],
    ["a", "error", false],
    ["a", "error", false],
  ]);
  expect(received).toBe(4);
});

it("holds as many lines as it may, counts all, and the connections that were found again", () => {
  const store = new LogStore(10);
  for (let i = 0; i < 100; i++) store.hear({ type: "lines", pod: "a", lines: [[at(1), `line ${i}`]] });
  for (const state of ["live", "reconnecting", "live", "paused", "live"] as const) store.turn(state);
  const { lines, received, resumed } = store.snapshot();
  expect(lines.map(({ text }) => text)).toEqual(Array.from({ length: 10 }, (_, i) => `line ${90 + i}`));
  expect(received).toBe(100);
  expect(resumed).toBe(1);
});

it("does not call it found again what was never there: a stream that was refused before it ever stood", () => {
  const store = new LogStore();
  for (const state of ["connecting", "refused", "live"] as const) store.turn(state);
  expect(store.snapshot().resumed).toBe(0);
  for (const state of ["reconnecting", "refused", "live"] as const) store.turn(state);
  expect(store.snapshot().resumed).toBe(1);
});

it("knows how many pods are not followed for as long as the connection that said so", () => {
  const store = new LogStore();
  store.turn("live");
  store.hear({ type: "left-out", pods: ["a"] });
  expect(store.snapshot().leftOut).toEqual(["a"]);
  store.turn("reconnecting");
  store.turn("live");
  expect(store.snapshot().leftOut).toEqual([]);
});

it("has a filter that survives the address, and asks the API only for what the server can know", () => {
  const filter = {
    pods: ["a", "b"],
    container: null,
    previous: false,
    since: "1h",
    q: "no answer",
    level: "warn",
  } as const;
  expect(readLogFilter(toQuery(filter))).toEqual(filter);
  expect(toQuery(readLogFilter(new URLSearchParams("pod=&since=yesterday&level=loud"))).toString()).toBe("");
  const asked = sourceQuery("dev", filter, new Date("2026-01-01T01:00:00Z"));
  expect(Object.fromEntries(asked)).toEqual({ environment: "dev", pod: "a,b", since: "2026-01-01T00:00:00.000Z" });
});
