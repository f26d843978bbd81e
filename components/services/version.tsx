import type { AppEnvironmentView } from "#lib/apps/schema";
import { Commit } from "../ui/commit.tsx";
import classes from "./services.module.css";

/** What runs there: the tag or branch it was built of, and its commit. */
export function Version({ place }: { place: AppEnvironmentView | undefined }) {
  if (!place || (place.version === null && place.commitSha === null)) return null;
  return (
    <span className={classes.version}>
      <span className="k-trunc" title={place.version ?? undefined}>
        {place.version}
      </span>
      {place.commitSha && <Commit sha={place.commitSha} />}
    </span>
  );
}
