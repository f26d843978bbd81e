import { expect, it } from "vitest";
import { keptReads } from "#lib/platform/kept-reads";

const at = (ms: number) => new Date(ms);

it("asks once for all who ask the same within the time, and again after it", async () => {
  const read = keptReads<number>(1000);
  let asked = 0;
  const ask = (key: string, ms: number) => read(key, at(ms), async () => ++asked);
  expect(await Promise.all([ask("a", 0), ask("a", 0), ask("b", 500)])).toEqual([1, 1, 2]);
  expect([await ask("a", 999), await ask("a", 1000), await ask("b", 1000)]).toEqual([1, 3, 2]);
});

it("keeps nothing of what failed", async () => {
  const read = keptReads<string>(1000);
  await expect(read("a", at(0), () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await read("a", at(1), async () => "here")).toBe("here");
});
