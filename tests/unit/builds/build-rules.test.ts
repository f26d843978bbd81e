import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BuildFacts,
  decide,
  isCancellable,
  isTerminalBuild,
  type JenkinsObservation,
  judgeImage,
  LABEL_BUILD,
  LABEL_REVISION,
  mayMove,
} from "#lib/builds/build-rules";
import { BUILD_STATES } from "#lib/builds/schema";

const now = new Date("2026-01-01T12:00:00Z");
const ago = (ms: number) => new Date(now.getTime() - ms);

const requested: BuildFacts = {
  state: "requested",
  queueId: null,
  runNumber: null,
  cancelRequested: false,
  triggerSentAt: null,
  stopSentAt: null,
  missingSince: null,
};
const running: BuildFacts = { ...requested, state: "running", queueId: 4, runNumber: 7, triggerSentAt: ago(60_000) };
const run = (over: Partial<Extract<JenkinsObservation, { kind: "run" }>> = {}): JenkinsObservation => ({
  kind: "run",
  number: 7,
  url: "http://jenkins/job/kepler-shop/7/",
  startedAt: ago(10_000),
  building: true,
  result: null,
  ...over,
});

const someDate = fc.option(fc.integer({ min: 0, max: 4_000_000 }).map(ago), { nil: null });
const someId = fc.option(fc.integer({ min: 1, max: 9 }), { nil: null });
const someFacts: fc.Arbitrary<BuildFacts> = fc.record({
  state: fc.constantFrom(...BUILD_STATES),
  queueId: someId,
  runNumber: someId,
  cancelRequested: fc.boolean(),
  triggerSentAt: someDate,
  stopSentAt: someDate,
  missingSince: someDate,
});
const someObservation: fc.Arbitrary<JenkinsObservation> = fc.oneof(
  fc.constant({ kind: "nothing" } as const),
  fc.constant({ kind: "dropped" } as const),
  fc.record({ kind: fc.constant("waiting" as const), queueId: fc.integer({ min: 1, max: 9 }), why: fc.constant(null) }),
  fc.record({
    kind: fc.constant("run" as const),
    number: fc.integer({ min: 1, max: 9 }),
    url: fc.constant("http://jenkins/"),
    startedAt: fc.integer({ min: 0, max: 4_000_000 }).map(ago),
    building: fc.boolean(),
    result: fc.constantFrom("SUCCESS", "FAILURE", "UNSTABLE", "ABORTED", "NOT_BUILT", null),
  }),
);

describe("what a build does next", () => {
  it("is decided for every row and observation, and a build that has ended does nothing", () => {
    fc.assert(
      fc.property(someFacts, someObservation, (row, seen) => {
        const next = decide(row, seen, now);
        expect(next.do).toBeTypeOf("string");
        if (isTerminalBuild(row.state)) expect(next.do).toBe("done");
      }),
    );
  });

  it("never asks Jenkins for a run of which Jenkins has already spoken", () => {
    fc.assert(
      fc.property(someFacts, someObservation, (row, seen) => {
        fc.pre(seen.kind !== "nothing" || row.queueId !== null || row.runNumber !== null);
        expect(decide(row, seen, now).do).not.toBe("trigger");
      }),
    );
  });

  it("stops nothing that nobody asked to stop and that keeps to its time", () => {
    fc.assert(
      fc.property(someFacts, someObservation, (row, seen) => {
        fc.pre(!row.cancelRequested && !(seen.kind === "run" && seen.startedAt < ago(3_600_000)));
        expect(["stop", "cancel-queue-item"]).not.toContain(decide(row, seen, now).do);
      }),
    );
  });

  it("is to trigger when Jenkins knows nothing of it", () => {
    expect(decide(requested, { kind: "nothing" }, now)).toEqual({ do: "trigger" });
  });

  it("is to wait when a trigger was sent a moment ago and may still arrive", () => {
    const row = { ...requested, triggerSentAt: ago(1_000) };
    expect(decide(row, { kind: "nothing" }, now).do).toBe("wait");
    expect(decide({ ...row, triggerSentAt: ago(6_000) }, { kind: "nothing" }, now).do).toBe("trigger");
  });

  it("is to note the run's number when the answer to the trigger was lost but the run is there", () => {
    const row = { ...requested, triggerSentAt: ago(1_000) };
    expect(decide(row, run(), now)).toMatchObject({ do: "note-running", number: 7 });
  });

  it("is cancelled without a word to Jenkins when Jenkins was never asked", () => {
    const row: BuildFacts = { ...requested, state: "cancelling", cancelRequested: true };
    expect(decide(row, { kind: "nothing" }, now)).toEqual({ do: "end", how: "cancelled" });
  });

  it("asks Jenkins to stop a run once, and again only after a while", () => {
    const row: BuildFacts = { ...running, state: "cancelling", cancelRequested: true };
    expect(decide(row, run(), now)).toEqual({ do: "stop", number: 7 });
    expect(decide({ ...row, stopSentAt: ago(2_000) }, run(), now).do).toBe("wait");
    expect(decide({ ...row, stopSentAt: ago(20_000) }, run(), now).do).toBe("stop");
  });

  it("tells a cancel from a stop by somebody in Jenkins, and both from a run that took too long", () => {
    const aborted = run({ building: false, result: "ABORTED" });
    expect(decide({ ...running, cancelRequested: true }, aborted, now)).toEqual({ do: "end", how: "cancelled" });
    expect(decide(running, aborted, now)).toEqual({ do: "end", how: "stopped-elsewhere" });
    const late = run({ building: false, result: "ABORTED", startedAt: ago(3_700_000) });
    expect(decide(running, late, now)).toEqual({ do: "end", how: "timed-out" });
  });

  it("keeps a success that came before the cancel reached Jenkins", () => {
    const row: BuildFacts = { ...running, state: "cancelling", cancelRequested: true };
    const seen = run({ building: false, result: "SUCCESS" });
    expect(decide(row, seen, now)).toEqual({ do: "end", how: "image-pushed" });
  });

  it("believes that a run is lost only after Jenkins has not known it for half a minute", () => {
    expect(decide(running, { kind: "nothing" }, now).do).toBe("note-missing");
    expect(decide({ ...running, missingSince: ago(5_000) }, { kind: "nothing" }, now).do).toBe("wait");
    const lost = decide({ ...running, missingSince: ago(31_000) }, { kind: "nothing" }, now);
    expect(lost).toEqual({ do: "end", how: "lost" });
  });
});

describe("states of a build", () => {
  it("only move forward: no path leads back, and none out of an end", () => {
    for (const from of BUILD_STATES) {
      expect(mayMove(from, from)).toBe(false);
      for (const to of BUILD_STATES) if (mayMove(from, to)) expect(mayMove(to, from)).toBe(false);
      if (isTerminalBuild(from)) expect(BUILD_STATES.some((to) => mayMove(from, to))).toBe(false);
    }
  });

  it("can be cancelled until Jenkins has finished", () => {
    expect(BUILD_STATES.filter(isCancellable)).toEqual(["requested", "queued", "running"]);
  });
});

describe("the verdict on an image", () => {
  const build = { id: "b1", commitSha: "a".repeat(40), image: "registry/shop:aaaaaaaa-1", runEndedAt: ago(1_000) };
  const labels = { [LABEL_REVISION]: build.commitSha, [LABEL_BUILD]: "b1" };

  it("is good only when the labels name this commit and this build", () => {
    expect(judgeImage(build, { digest: "sha256:1", labels }, now)).toEqual({ verdict: "good", digest: "sha256:1" });
    const other = { ...labels, [LABEL_REVISION]: "b".repeat(40) };
    expect(judgeImage(build, { digest: "sha256:1", labels: other }, now)).toMatchObject({ verdict: "bad" });
    expect(judgeImage(build, { digest: "sha256:1", labels: {} }, now)).toMatchObject({ verdict: "bad" });
  });

  it("waits a while for an image that is not there yet, then says so", () => {
    expect(judgeImage(build, null, now)).toEqual({ verdict: "wait" });
    const late = judgeImage({ ...build, runEndedAt: ago(40_000) }, null, now);
    expect(late).toMatchObject({ verdict: "bad", sentence: expect.stringContaining("registry/shop:aaaaaaaa-1") });
  });
});
