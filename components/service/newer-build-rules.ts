import type { AppEnvironmentView } from "#lib/apps/schema";
import type { BuildRow } from "#lib/builds/schema";
import type { ReleaseRow } from "#lib/releases/schema";

type Place = Pick<AppEnvironmentView, "currentRelease" | "inFlightRelease" | "imageDigest">;
type Build = Pick<BuildRow, "number" | "state" | "imageDigest">;

/**
 * The newest build, where it succeeded, is newer than what runs in this place and was never released there: what was
 * tried and left again needs no reminder. `builds` and `releases` newest first.
 */
export function newerBuild<B extends Build>(
  place: Place,
  builds: readonly B[],
  releases: readonly Pick<ReleaseRow, "imageDigest">[],
): B | null {
  const [newest] = builds;
  if (place.currentRelease === null || place.inFlightRelease !== null) return null;
  if (newest?.state !== "succeeded" || newest.imageDigest === null) return null;
  const released = [place, ...releases].some(({ imageDigest }) => imageDigest === newest.imageDigest);
  return released ? null : newest;
}
