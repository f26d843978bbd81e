import type { AppEnvironmentView } from "#lib/apps/schema";
import { isUnseen } from "../ui/unseen.ts";
import classes from "./services.module.css";

/** Pods ready of wanted; coloured only when they differ. */
export function ReadyCount({ place }: { place: AppEnvironmentView | undefined }) {
  if (!place || place.health === "absent") return <span className="k-quiet">–</span>;
  const { ready, wanted, health } = place;
  const unseen = isUnseen(health);
  const short = ready < wanted && !unseen;
  const tone = !short ? undefined : health === "working" ? "working" : ready === 0 ? "fail" : "warn";
  return (
    <span className={classes.ready} data-tone={tone} data-stale={unseen || undefined}>
      {ready}
      <i>/</i>
      {wanted}
    </span>
  );
}
