import type { AppEnvironmentView } from "#lib/apps/schema";
import { Commit } from "../ui/commit.tsx";
import { tellsCommit } from "../ui/tells-commit.ts";
import classes from "./services.module.css";

/** What runs there: its version, and its commit where the version does not already begin with it. */
export function Version({ place }: { place: AppEnvironmentView | undefined }) {
  if (!place || (place.version === null && place.commitSha === null)) return null;
  const { version, commitSha } = place;
  const told = commitSha !== null && tellsCommit(version, commitSha);
  return (
    <span className={classes.version}>
      {told ? (
        <code className="k-trunc" title={commitSha ?? undefined}>
          {version}
        </code>
      ) : (
        <span className="k-trunc" title={commitSha ?? undefined}>
          {version}
        </span>
      )}
      {commitSha && !told && <Commit sha={commitSha} />}
    </span>
  );
}
