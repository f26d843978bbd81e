import { describe, expect, it } from "vitest";
import { type TeamRole } from "#lib/access/rules";
import { BLIND_MS, IDLE_MINUTES, mayOpenTerminal, policyOf, type TerminalFacts, whyEnd } from "#lib/terminal/rules";
import { secretsAmong } from "#lib/terminal/secret-rules";

const now = new Date("2026-11-25T12:00:00Z");
const ago = (ms: number) => new Date(now.getTime() - ms);
const fine: TerminalFacts = {
  endsAt: ago(-60_000),
  lastInputAt: now,
  seen: { allowed: true, endRequested: false },
  lastSeenAt: now,
};

describe("an open terminal", () => {
  it("goes on while right, time and person are there", () => {
    expect(whyEnd(fine, now)).toBeNull();
  });

  it.each([
    ["revoked", { seen: { allowed: false, endRequested: true } }],
    ["killed", { seen: { allowed: true, endRequested: true } }],
    ["limit", { endsAt: now }],
    ["idle", { lastInputAt: ago(IDLE_MINUTES * 60_000) }],
    ["unrecorded", { seen: null, lastSeenAt: ago(BLIND_MS) }],
  ] as const)("ends: %s", (end, change) => {
    expect(whyEnd({ ...fine, ...change }, now)).toBe(end);
  });

  it("outlives a database that is away for a moment", () => {
    expect(whyEnd({ ...fine, seen: null, lastSeenAt: ago(BLIND_MS - 1) }, now)).toBeNull();
  });
});

describe("the right to a terminal", () => {
  const as = (role: TeamRole) => ({ isAdmin: false, memberships: [{ teamId: "pay", role }] });

  it("is a writer's, in production an operator's, and nobody's of another team", () => {
    const allowed = (purpose: "dev" | "prod") =>
      (["viewer", "developer", "operator", "manager"] as const).filter((role) =>
        mayOpenTerminal(as(role), "pay", purpose),
      );
    expect(allowed("dev")).toEqual(["developer", "operator", "manager"]);
    expect(allowed("prod")).toEqual(["operator", "manager"]);
    expect(mayOpenTerminal(as("manager"), "other", "dev")).toBe(false);
  });
});

describe("what an environment asks", () => {
  it("is a reason and a short time in production, unless it was given something else", () => {
    const usual = { terminalPolicy: null, terminalMinutes: null };
    expect(policyOf({ purpose: "prod", ...usual })).toEqual({ mode: "reason", limitMinutes: 15 });
    expect(policyOf({ purpose: "dev", ...usual })).toMatchObject({ mode: "open" });
    expect(policyOf({ purpose: "dev", terminalPolicy: "off", terminalMinutes: 5 })).toEqual({
      mode: "off",
      limitMinutes: 5,
    });
  });
});

it("variables are secret by their name, or by a password in an address", () => {
  const variables = [
    { name: "DB_PASSWORD", value: "a1b2c3" },
    { name: "GITHUB_TOKEN", value: "t0ken" },
    { name: "DATABASE_URL", value: "postgres://app:s3cr3t@db/app" },
    { name: "LOG_LEVEL", value: "debug" },
    { name: "MONKEY", value: "banana" },
  ];
  expect(secretsAmong(variables)).toEqual(["a1b2c3", "t0ken", "s3cr3t"]);
});

it("the password of an address is all of it, and also what its program makes of it", { timeout: 60_000 }, () => {
  const password = (value: string) => secretsAmong([{ name: "DATABASE", value }]);
  expect(password("postgres://app:pa:ss%2Fword@db/shop")).toEqual(["pa:ss%2Fword", "pa:ss/word"]);
  expect(password("redis://:only%zz@cache")).toEqual(["only%zz"]);
  expect(password("https://app@host/a:b@c")).toEqual([]);
  // Anybody's text again: as long as a variable may be, and as many as a service may have, in ten releases.
  const startedAt = performance.now();
  for (let i = 0; i < 2_000; i++) expect(password(`a://${":".repeat(8_000)}`)).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(30_000);
});
