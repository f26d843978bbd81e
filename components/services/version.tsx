import type { AppEnvironmentView } from "#lib/apps/schema";
import { Commit } from "../ui/commit.tsx";
import classes from "./services.module.css";

/** What runs there: its version, and its commit where the version does not already begin with it. */
export function Version({ place }: { place: AppEnvironmentView | undefined }) {
  if (!place || (place.version === null && place.commitSha === null)) return null;
  const { version, commitSha } = place;
  const told = version !== null && commitSha !== null && version.startsWith(commitSha.slice(0, 7));
  return (
    <span className={classes.version}>
      {told ? (
        <code className="k-trunc" title={commitSha}>
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
