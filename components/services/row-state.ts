import type { AppEnvironmentView, AppRow, HealthState } from "#lib/apps/schema";
import type { GlyphName } from "../ui/glyph.tsx";
import { GLYPH_OF } from "../ui/known-states.ts";
import { isUnseen } from "../ui/unseen.ts";

export type RowState = {
  glyph: GlyphName;
  /** Key of `states.health`, or of `services.state` for what is not (only) health. */
  word:
    | { health: HealthState }
    | {
        row:
          | "retiring"
          | "releasing"
          | "canary"
          | "held"
          | "canaryHeld"
          | "preparing"
          | "setupFailed"
          | "building"
          | "buildFailed";
      };
  since: string | null;
};

const BUILDING: ReadonlySet<string> = new Set(["requested", "queued", "running", "verifying", "cancelling"]);

/** Has this build not ended yet? */
export const isBuilding = (build: AppRow["lastBuild"]): boolean => build !== null && BUILDING.has(build.state);

/**
 * What a service's row says of one environment: that the service is on its way out; its health there; while a release is on its way, that;
 * before the first release, how far it is on the way to one, where that is `told` (once a row is enough).
 */
export function rowState(app: AppRow, place: AppEnvironmentView | undefined, told = true): RowState {
  if (app.retirement)
    return { glyph: app.retirement.failed ? "fail" : "working", word: { row: "retiring" }, since: null };
  if (place && place.inFlightRelease !== null && !isUnseen(place.health)) {
    const { held, onTrial } = place;
    const row = onTrial ? (held ? "canaryHeld" : "canary") : held ? "held" : "releasing";
    return { glyph: held ? "paused" : "working", word: { row }, since: null };
  }
  if (place && place.health !== "absent") {
    return { glyph: GLYPH_OF.health[place.health], word: { health: place.health }, since: place.since };
  }
  return (told && firstSteps(app)) || { glyph: "none", word: { health: "absent" }, since: null };
}

/** A service that runs nowhere yet: what it is waiting for. */
function firstSteps(app: AppRow): RowState | null {
  if (app.environments.some(({ health }) => health !== "absent")) return null;
  if (app.provisionState === "failed") return { glyph: "fail", word: { row: "setupFailed" }, since: null };
  if (app.provisionState !== "ready") return { glyph: "working", word: { row: "preparing" }, since: null };
  if (isBuilding(app.lastBuild)) return { glyph: "working", word: { row: "building" }, since: null };
  if (app.lastBuild?.state === "failed") {
    return { glyph: "fail", word: { row: "buildFailed" }, since: app.lastBuild.at };
  }
  return null;
}
