import { expect, test } from "vitest";
import { sharedReads } from "#lib/platform/shared-reads";

/** Reads that end when told to; each answers how many were begun before it. */
function countedReads() {
  const open: PromiseWithResolvers<number>[] = [];
  const read = () => {
    const one = Promise.withResolvers<number>();
    open.push(one);
    return one.promise;
  };
  return { read, open, end: (index: number) => open[index]?.resolve(index) };
}

test("who asks while a read is on its way shares the next one, with all others who came meanwhile", async () => {
  const { read, open, end } = countedReads();
  const ask = sharedReads<number>();
  const first = ask("list", read);
  const later = [ask("list", read), ask("list", read)];
  expect(open).toHaveLength(1);
  end(0);
  expect(await first).toBe(0);
  expect(open).toHaveLength(2);
  const last = ask("list", read);
  end(1);
  expect(await Promise.all(later)).toEqual([1, 1]);
  end(2);
  expect(await last).toBe(2);
});

test("other keys do not wait, a failure is told to those who shared it alone, and nothing stays behind", async () => {
  const { read, open, end } = countedReads();
  const ask = sharedReads<number>();
  const failed = ask("list", read);
  const next = ask("list", read);
  const other = ask("another", read);
  expect(open).toHaveLength(2);
  end(1);
  expect(await other).toBe(1);
  open[0]?.reject(new Error("away"));
  await expect(failed).rejects.toThrow("away");
  end(2);
  expect(await next).toBe(2);
  const again = ask("list", read);
  end(3);
  expect(await again).toBe(3);
});
