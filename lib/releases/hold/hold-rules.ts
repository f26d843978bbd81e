import { type AppSpec } from "#lib/apps/spec-schema";
import { Conflict } from "#lib/platform/errors";
import { type HeldCommitView } from "./schema.ts";

type Image = AppSpec["image"];

/**
 * The commit that going from one image back to another says no to; null when the image stays, or nobody knows of which
 * commit it is.
 */
export function commitLeft(from: Image | undefined, to: Image): string | null {
  if (!from?.commitSha || from.digest === to.digest || from.commitSha === to.commitSha) return null;
  return from.commitSha;
}

/** What stands in the way of releasing a held commit, as an error that says who held it and why. */
export function holdError(hold: HeldCommitView): Conflict {
  const who = hold.by ?? "Kepler";
  const why = hold.reason ? `: ${hold.reason.replace(/\.*$/, "")}` : "";
  const commit = hold.commitSha.slice(0, 7);
  return new Conflict(
    `Commit ${commit} is held in ${hold.environment} since release ${hold.releaseNumber} by ${who}${why}.`,
    { next: "Lift the hold with a reason, then release it." },
  );
}
