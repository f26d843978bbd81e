import { expect, test } from "vitest";
import { isFiltered, readHistoryFilter } from "../../../components/releases/history-filter.ts";

const read = (query: string) => readHistoryFilter(new URLSearchParams(query));

test("the history's filter is read from the address", () => {
  expect(read("kind=scale&state=done&by=kepler&q=orders&page=3&everywhere=")).toEqual({
    kind: "scale",
    state: "done",
    by: "kepler",
    q: "orders",
    page: 3,
    everywhere: true,
  });
  expect(isFiltered(read("q=orders"))).toBe(true);
});

test("what is not understood shows too much, not nothing", () => {
  const filter = read(`kind=sale&state=finished&by=lin&page=-1&q=${"x".repeat(200)}`);
  expect(filter).toEqual({ page: 1, everywhere: false });
  expect(isFiltered(filter)).toBe(false);
});
