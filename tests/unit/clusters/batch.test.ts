import { expect, test } from "vitest";
import { Batch } from "#worker/clusters/batch";

test("changes that come close together are one flush, and the newest of a key wins", async () => {
  const flushed: Map<string, number>[] = [];
  const batch = new Batch<number>({
    gatherMs: 5,
    flush: async (changes) => void flushed.push(changes),
    onError: raise,
  });
  batch.add("a", 1);
  batch.add("b", 1);
  batch.add("a", 2);
  await batch.settled();
  expect(flushed).toEqual([
    new Map([
      ["a", 2],
      ["b", 1],
    ]),
  ]);
});

test("what comes during a flush waits for the next, and two never run at once", async () => {
  let running = 0;
  const sizes: number[] = [];
  const batch = new Batch<number>({
    gatherMs: 0,
    flush: async (changes) => {
      running += 1;
      expect(running).toBe(1);
      sizes.push(changes.size);
      if (sizes.length === 1) batch.add("late", 1);
      await Promise.resolve();
      running -= 1;
    },
    onError: raise,
  });
  batch.add("early", 1);
  await batch.settled();
  expect(sizes).toEqual([1, 1]);
});

test("a flush that fails is told, and later changes still go out", async () => {
  const errors: unknown[] = [];
  const flushed: string[] = [];
  const batch = new Batch<number>({
    gatherMs: 0,
    flush: async (changes) => {
      if (changes.has("bad")) throw new Error("no");
      flushed.push(...changes.keys());
    },
    onError: (error) => errors.push(error),
  });
  batch.add("bad", 1);
  await batch.settled();
  batch.add("good", 1);
  await batch.settled();
  expect(errors).toHaveLength(1);
  expect(flushed).toEqual(["good"]);
});

test("what comes alone does not wait for company", async () => {
  const flushed: string[][] = [];
  const batch = new Batch<number>({
    gatherMs: 60_000,
    flush: async (changes) => void flushed.push([...changes.keys()]),
    onError: raise,
  });
  batch.add("alone", 1);
  await batch.settled();
  expect(flushed).toEqual([["alone"]]);
  // A flush that was quick is followed by a rest as short.
  batch.add("next", 1);
  await batch.settled();
  expect(flushed).toEqual([["alone"], ["next"]]);
});

const raise = (error: unknown): never => {
  throw error;
};
