import { QueryClient, QueryObserver } from "@tanstack/query-core";
import { describe, expect, it } from "vitest";
import { invalidate, isStaledBy, queryKeys, readPointer } from "../../../components/shell/query-keys.ts";

const pointer = (kind: string, subjectId = "s", appId: string | null = null) => ({ kind, subjectId, appId });

describe("an event of the stream", () => {
  it("makes lists of its kind old", () => {
    expect(isStaledBy(pointer("build"), queryKeys.builds("order"), undefined)).toBe(true);
    expect(isStaledBy(pointer("build"), queryKeys.apps({ q: "" }), undefined)).toBe(true);
  });

  it("leaves another build's own page alone", () => {
    expect(isStaledBy(pointer("build", "b1"), queryKeys.build("b1"), undefined)).toBe(true);
    expect(isStaledBy(pointer("build", "b1"), queryKeys.build("b2"), undefined)).toBe(false);
  });

  it("leaves queries about another app alone when they say whose they are", () => {
    const pods = queryKeys.pods("order", "dev");
    expect(isStaledBy(pointer("pods", "p", "app-1"), pods, { appId: "app-1" })).toBe(true);
    expect(isStaledBy(pointer("pods", "p", "app-2"), pods, { appId: "app-1" })).toBe(false);
    expect(isStaledBy(pointer("pods", "p", "app-2"), pods, undefined)).toBe(true);
  });

  it("about pods leaves lists of services alone, in which only what makes pods is told", () => {
    const [list, service, pods] = [queryKeys.apps({}), queryKeys.app("order", "app-1"), queryKeys.pods("order", "dev")];
    const staled = (kind: string) => [list, service, pods].map((key) => isStaledBy(pointer(kind, "p"), key, undefined));
    expect(staled("pods")).toEqual([false, false, true]);
    expect(staled("kubernetes-events")).toEqual([false, false, false]);
    expect(staled("workloads")).toEqual([true, true, false]);
  });

  it("of a kind that is not known yet makes nothing old", () => {
    expect(isStaledBy(pointer("weather"), queryKeys.systems(), undefined)).toBe(false);
  });
});

describe("readPointer", () => {
  it("reads what the stream sends and nothing else", () => {
    expect(readPointer('{"id":"7","kind":"build","subjectId":"b","appId":"a"}')).toEqual(pointer("build", "b", "a"));
    expect(readPointer('{"kind":"system","subjectId":"jenkins","appId":null}')).toEqual(pointer("system", "jenkins"));
    expect(readPointer('{"kind":3}')).toBeNull();
    expect(readPointer("null")).toBeNull();
  });
});

describe("invalidate", () => {
  /** The page of a service: its builds answer when they are told to, the service at once. */
  function page() {
    const asked: string[] = [];
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const client = new QueryClient();
    const show = (queryKey: readonly string[], read: () => Promise<void>) =>
      new QueryObserver(client, {
        ...{ queryKey, meta: { appId: "a" }, initialData: "before", staleTime: Number.POSITIVE_INFINITY },
        queryFn: async () => {
          asked.push(`${queryKey[0]} asked`);
          await read();
          asked.push(`${queryKey[0]} answered`);
          return "after";
        },
      }).subscribe(() => undefined);
    show(queryKeys.app("order"), async () => undefined);
    show(queryKeys.build("b"), () => answered);
    return { asked, answer, changed: () => invalidate(client, [pointer("build", "b", "a")], "own") };
  }

  it("reads what has changed before what sums it up", async () => {
    const { asked, answer, changed } = page();
    answer();
    await changed();
    expect(asked).toEqual(["build asked", "build answered", "app asked", "app answered"]);
  });

  it("reads what sums it up also when the answer does not come", async () => {
    const { asked, changed } = page();
    await changed();
    expect(asked).toEqual(["build asked", "app asked", "app answered"]);
  });
});
