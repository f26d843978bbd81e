import { expect, test } from "vitest";
import { isAtLeast, type LogLevel, levelOf } from "#lib/logs/level-rules";

test.each<[string, LogLevel | null]>([
  ['{"level":50,"time":1,"msg":"no database"}', "error"],
  ['{"time":"…","level":"warn","msg":"slow"}', "warn"],
  ['{"severity": "INFO", "message": "ready"}', "info"],
  ['time="2026" level=debug msg="dial"', "debug"],
  ["ts=1 lvl=eror msg=typo", null],
  ["E0102 15:04:05.000000       1 main.go:10] cannot list", "error"],
  ["W0102 15:04:05.000000       1 main.go:10] slow", "warn"],
  ["2026-01-02 03:04:05.678  INFO 1 --- [main] c.k.App : Started", "info"],
  ["[2026-01-02] [error] upstream timed out", "error"],
  ["\u001b[33mWARN\u001b[0m low on memory", "warn"],
  ["2026/01/02 03:04:05 [notice] 1#1: start worker", "info"],
  ["java.lang.OutOfMemoryError: Java heap space", "error"],
  ["TypeError: x is not a function", "error"],
  ["Traceback (most recent call last):", "error"],
  ["panic: runtime error: index out of range", "error"],
  ["GET /errors/ERRORS 200 info", null],
  ["结算批次 88124 已入账", null],
  ["the word warn in a sentence", null],
])("%s", (line, level) => expect(levelOf(line)).toBe(level));

test("a stack trace is as weighty as the line that it belongs to", () => {
  const first = levelOf("ERROR could not settle");
  expect(levelOf("    at com.kepler.pay.RowLoader(RowLoader.java:88)", first)).toBe("error");
  expect(levelOf("Caused by: java.io.IOException: INFO", first)).toBe("error");
  expect(levelOf("    at of nothing")).toBeNull();
});

test("a filter takes what is at least so weighty, and nothing that says nothing of itself", () => {
  expect(isAtLeast("error", "warn")).toBe(true);
  expect(isAtLeast("info", "warn")).toBe(false);
  expect(isAtLeast(null, "debug")).toBe(false);
});
