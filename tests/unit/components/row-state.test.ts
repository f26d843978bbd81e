import { describe, expect, it } from "vitest";
import type { AppEnvironmentView, AppRow } from "#lib/apps/schema";
import { rowState } from "../../../components/services/row-state.ts";

const SINCE = "2026-11-23T10:00:00.000Z";
const place = (part: Partial<AppEnvironmentView> = {}): AppEnvironmentView => ({
  environmentId: "e",
  environment: "prod",
  purpose: "prod",
  health: "running",
  since: SINCE,
  seenAt: SINCE,
  ready: 2,
  wanted: 2,
  ownership: null,
  currentRelease: 1,
  currentReleaseId: null,
  inFlightRelease: null,
  inFlightReleaseId: null,
  onTrial: false,
  held: false,
  version: "v1",
  commitSha: null,
  imageDigest: null,
  lastReleaseAt: SINCE,
  lastReleaseBy: null,
  meshMode: "normal",
  urls: [],
  wildcards: [],
  ...part,
});
const app = (part: Partial<AppRow> = {}): AppRow => ({
  id: "a",
  name: "order",
  displayName: null,
  language: "go",
  teamId: "t",
  team: "Payments",
  provisionState: "ready",
  retirement: null,
  lastBuild: null,
  environments: [],
  ...part,
});
const build = (state: string) => ({ number: 1, state, at: SINCE });

describe("what a service's row says of an environment", () => {
  it("is that the service is on its way out, whatever runs there, and that this has stopped", () => {
    const leaving = (failed: boolean) => rowState(app({ retirement: { id: "r", failed } }), place());
    expect(leaving(false)).toEqual({ glyph: "working", word: { row: "retiring" }, since: null });
    expect(leaving(true).glyph).toBe("fail");
  });

  it("is its health there, with since when", () => {
    const here = place({ health: "degraded" });
    expect(rowState(app({ environments: [here] }), here)).toEqual({
      glyph: "warn",
      word: { health: "degraded" },
      since: SINCE,
    });
  });

  it("is the release on its way, whatever the health while it goes on", () => {
    const here = place({ health: "degraded", inFlightRelease: 2 });
    expect(rowState(app({ environments: [here] }), here).word).toEqual({ row: "releasing" });
  });

  it.each([
    [{ onTrial: true, held: false }, "working", "canary"],
    [{ onTrial: true, held: true }, "paused", "canaryHeld"],
    [{ onTrial: false, held: true }, "paused", "held"],
  ])("is a trial, or that a person holds it (%j)", (part, glyph, row) => {
    const here = place({ inFlightRelease: 2, ...part });
    expect(rowState(app({ environments: [here] }), here)).toEqual({ glyph, word: { row }, since: null });
  });

  it("stays unreachable while a release waits for the cluster: we do not know that it moves", () => {
    const here = place({ health: "unreachable", inFlightRelease: 2 });
    expect(rowState(app({ environments: [here] }), here).glyph).toBe("unknown");
  });

  it.each([
    [{ provisionState: "running" as const }, { row: "preparing" }],
    [{ provisionState: "failed" as const }, { row: "setupFailed" }],
    [{ lastBuild: build("running") }, { row: "building" }],
    [{ lastBuild: build("failed") }, { row: "buildFailed" }],
    [{ lastBuild: build("succeeded") }, { health: "absent" }],
  ])("is how far the first release is, before there is one (%j)", (part, word) => {
    expect(rowState(app(part), undefined).word).toEqual(word);
  });

  it("is plainly absent where it was never released, once it runs elsewhere, whatever its newest build did", () => {
    const elsewhere = place({ environment: "dev" });
    expect(rowState(app({ environments: [elsewhere], lastBuild: build("failed") }), undefined).word).toEqual({
      health: "absent",
    });
  });
});
