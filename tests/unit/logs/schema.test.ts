import { expect, test } from "vitest";
import { logWishInput, MOST_PODS } from "#lib/logs/schema";

test("whose logs are wanted is some names, as many as can be followed at once", () => {
  const podsOf = (pod?: string) => logWishInput.safeParse({ app: "shop", environment: "dev", pod }).data?.pod;
  expect(podsOf()).toEqual([]);
  expect(podsOf("shop-1,shop-2")).toEqual(["shop-1", "shop-2"]);
  expect(podsOf("shop-1,")).toBeUndefined();
  const names = Array.from({ length: MOST_PODS }, (_, number) => `shop-${number}`);
  expect(podsOf(names.join())).toEqual(names);
  expect(podsOf([...names, "shop-more"].join())).toBeUndefined();
});

test("whose log is wanted is a name: it becomes the name of a file in a header", () => {
  const wish = { app: "shop", environment: "dev" };
  expect(logWishInput.parse({ ...wish, pod: "shop-7d9f8b6c5d-x2x4z", container: "istio-proxy" })).toBeTruthy();
  for (const pod of ["a\"; filename*=UTF-8''b.html", "a\r\nset-cookie: b", "小店", "../a", "a/log"]) {
    expect(logWishInput.safeParse({ ...wish, pod }).success).toBe(false);
    expect(logWishInput.safeParse({ ...wish, container: pod }).success).toBe(false);
  }
});
