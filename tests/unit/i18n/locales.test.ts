import { describe, expect, it } from "vitest";
import { chooseLocale, chooseTimeZone } from "#lib/platform/i18n/locales";

describe("chooseLocale", () => {
  it("takes the person's own choice before the browser's", () => {
    expect(chooseLocale("zh", "en-GB,en;q=0.9")).toBe("zh");
  });

  it("takes the language that the browser likes best among those that there are", () => {
    expect(chooseLocale(undefined, "fr;q=0.9, zh-Hans-CN;q=0.8, en;q=0.7")).toBe("zh");
    expect(chooseLocale(undefined, "zh;q=0.1,en-US")).toBe("en");
  });

  it("does not take a language that is refused", () => {
    expect(chooseLocale(undefined, "zh;q=0, fr")).toBe("en");
  });

  it("speaks English when nothing fits or the cookie is not one of ours", () => {
    expect(chooseLocale("tlh", null)).toBe("en");
    expect(chooseLocale(undefined, ";;q=,")).toBe("en");
  });
});

describe("chooseTimeZone", () => {
  it("takes a zone that this machine knows", () => {
    expect(chooseTimeZone("Asia/Shanghai")).toBe("Asia/Shanghai");
  });

  it("falls back to UTC for anything else, so that no date can throw", () => {
    expect(chooseTimeZone("Mars/Olympus")).toBe("UTC");
    expect(chooseTimeZone("")).toBe("UTC");
    expect(chooseTimeZone(undefined)).toBe("UTC");
  });
});
