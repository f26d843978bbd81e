import type { HealthState } from "#lib/apps/schema";
import type { BuildState } from "#lib/builds/schema";
import type { SystemView } from "#lib/clusters/schema";
import type { StepState } from "#lib/platform/steps";
import type { ReleaseState } from "#lib/releases/schema";
import type { GlyphName } from "./glyph.tsx";

/** Which outline stands for which state; the words are in the messages `states.<kind>.<state>`. */
export const GLYPH_OF = {
  health: {
    running: "ok",
    working: "working",
    degraded: "warn",
    failed: "fail",
    paused: "paused",
    absent: "none",
    unreachable: "unknown",
    forbidden: "lock",
  },
  build: {
    requested: "wait",
    queued: "wait",
    running: "working",
    verifying: "working",
    cancelling: "working",
    succeeded: "done",
    failed: "fail",
    cancelled: "none",
  },
  release: {
    pending: "wait",
    canary: "working",
    applying: "working",
    rolling_out: "working",
    verifying: "working",
    aborting: "working",
    done: "done",
    failed: "fail",
    aborted: "none",
    superseded: "none",
  },
  step: { waiting: "wait", running: "working", done: "done", failed: "fail", skipped: "none" },
  system: { up: "ok", down: "unknown", unknown: "wait" },
} as const satisfies {
  health: Record<HealthState, GlyphName>;
  build: Record<BuildState, GlyphName>;
  release: Record<ReleaseState, GlyphName>;
  step: Record<StepState, GlyphName>;
  system: Record<SystemView["state"], GlyphName>;
};
