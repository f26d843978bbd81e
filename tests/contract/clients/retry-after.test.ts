import { describe, expect, it } from "vitest";
import { retryAfterMs } from "#lib/clients/http/retry-after";

const now = Date.parse("2026-01-01T00:00:00Z");
const wait = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), now);

describe("when a system wants to be asked again", () => {
  it.each([
    ["seconds", { "retry-after": "30" }, 30_000],
    ["a date", { "retry-after": "Thu, 01 Jan 2026 00:00:10 GMT" }, 10_000],
    ["a date that has passed", { "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, 0],
    ["GitLab's reset in Unix seconds", { "ratelimit-reset": String(now / 1000 + 5) }, 5000],
    ["Retry-After before the reset", { "retry-after": "1", "ratelimit-reset": String(now / 1000 + 5) }, 1000],
    ["more than an hour", { "retry-after": "999999" }, 3_600_000],
    ["nothing", {}, undefined],
    ["what nobody understands", { "retry-after": "soon" }, undefined],
  ])("understands %s", (_what, headers, expected) => {
    expect(wait(headers)).toBe(expected);
  });
});
