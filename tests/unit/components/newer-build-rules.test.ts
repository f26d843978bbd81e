import { describe, expect, it } from "vitest";
import { newerBuild } from "../../../components/service/newer-build-rules.ts";

const place = { currentRelease: 1, inFlightRelease: null, imageDigest: "sha256:one" };
const one = { number: 1, state: "succeeded" as const, imageDigest: "sha256:one" };
const two = { number: 2, state: "succeeded" as const, imageDigest: "sha256:two" };

describe("a build that nothing runs yet", () => {
  it("is the newest one, once it succeeded", () => {
    expect(newerBuild(place, [two, one], [{ imageDigest: "sha256:one" }])?.number).toBe(2);
    expect(newerBuild(place, [{ ...two, state: "running" as const, imageDigest: null }, one], [])).toBeNull();
    expect(newerBuild(place, [{ ...two, state: "failed" as const, imageDigest: null }, one], [])).toBeNull();
  });

  it("is none where the newest runs, is on its way, or was released and left again", () => {
    expect(newerBuild(place, [one], [])).toBeNull();
    expect(newerBuild({ ...place, inFlightRelease: 2 }, [two, one], [])).toBeNull();
    expect(newerBuild(place, [two, one], [{ imageDigest: "sha256:one" }, { imageDigest: "sha256:two" }])).toBeNull();
  });

  it("is none before the first release, which the journey tells", () => {
    expect(newerBuild({ ...place, currentRelease: null, imageDigest: null }, [one], [])).toBeNull();
  });
});
