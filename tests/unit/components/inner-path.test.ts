import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { innerPath } from "../../../components/sign-in/inner-path.ts";

describe("where a sign-in leads on to", () => {
  it("is the page that was asked for, with its query", () => {
    expect(innerPath("/services?q=order&page=2")).toBe("/services?q=order&page=2");
  });

  it.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", undefined, ["/a"]])(
    "is the overview instead of another site: %j",
    (wish) => expect(innerPath(wish)).toBe("/"),
  );

  it("never leaves our own origin, whatever is asked for", () => {
    const origin = "http://kepler.test";
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((text) => `/${text}`),
        ),
        (wish) => {
          expect(new URL(innerPath(wish), origin).origin).toBe(origin);
        },
      ),
    );
  });
});
