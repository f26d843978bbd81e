import { expect, test } from "vitest";
import { logWishInput } from "#lib/logs/schema";

test("whose log is wanted is a name: it becomes the name of a file in a header", () => {
  const wish = { app: "shop", environment: "dev" };
  expect(logWishInput.parse({ ...wish, pod: "shop-7d9f8b6c5d-x2x4z", container: "istio-proxy" })).toBeTruthy();
  for (const pod of ["a\"; filename*=UTF-8''b.html", "a\r\nset-cookie: b", "小店", "../a", "a/log"]) {
    expect(logWishInput.safeParse({ ...wish, pod }).success).toBe(false);
    expect(logWishInput.safeParse({ ...wish, container: pod }).success).toBe(false);
  }
});
