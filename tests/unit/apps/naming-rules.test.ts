import { describe, expect, it } from "vitest";
import {
  hookUrlFor,
  imageRepositoryFor,
  imageTagFor,
  nameProblem,
  repositoryWithinRegistry,
} from "#lib/apps/naming-rules";

describe("a service's name", () => {
  it.each(["shop", "a1", "payment-api"])("%s may be used", (name) => expect(nameProblem(name)).toBeNull());
  it.each(["Shop", "1shop", "shop-", "a", "shop_api", "x".repeat(41), ""])("%s is no DNS label for us", (name) =>
    expect(nameProblem(name)).toBe("name.dns-label"),
  );
  it.each(["new", "api", "kepler"])("%s would be read as something else", (name) =>
    expect(nameProblem(name)).toBe("name.reserved"),
  );
});

describe("names that follow from it", () => {
  it("keep the registry's host and port apart from the repository", () => {
    const repository = imageRepositoryFor("http://127.0.0.1:7103", "shop");
    expect(repository).toBe("127.0.0.1:7103/shop");
    expect(repositoryWithinRegistry(repository)).toBe("shop");
    expect(repositoryWithinRegistry("registry.example.com/team/shop")).toBe("team/shop");
  });

  it("tell two builds of one commit apart", () => {
    expect(imageTagFor("0123456789abcdef", 3)).toBe("01234567-3");
  });

  it("do not depend on how Kepler's address ends", () => {
    expect(hookUrlFor("http://kepler/", "id")).toBe(hookUrlFor("http://kepler", "id"));
  });
});
