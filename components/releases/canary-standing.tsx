"use client";

import { useTranslations } from "use-intl";
import { canaryStanding } from "#lib/releases/canary/schema";
import type { ReleaseView } from "#lib/releases/schema";
import { Remaining } from "../ui/remaining.tsx";
import classes from "./canary.module.css";
import { CanarySides } from "./canary-sides.tsx";
import { CanaryStages } from "./canary-stages.tsx";

const WAITING_FOR = ["pods", "time", "requests", "metrics", "prometheus", "person", "resume"] as const;

/** How far a canary is, as its step keeps it; undefined before it has begun and for a release that is tried on nobody. */
export const standingOf = ({ canary, steps }: ReleaseView) =>
  canary === null ? undefined : canaryStanding.safeParse(steps.find(({ name }) => name === "canary")?.detail).data;

/** Its share now, what it waits for and how long, both sides' figures, and by what it is judged. */
export function CanaryStanding({ release }: { release: ReleaseView }) {
  const t = useTranslations("releases.canary");
  const standing = standingOf(release);
  const step = release.steps.find(({ name }) => name === "canary");
  if (step === undefined || standing === undefined || release.canary === null) return null;
  const { canary: plan, stageEndsAt } = release;
  const waitingFor = WAITING_FOR.find((each) => each === step.detail?.waitingFor);
  const runs = step.state === "running";
  return (
    <div className={classes.standing}>
      <div>
        <p className="k-num">
          {t("share", { weight: standing.weight, stage: standing.stage + 1, stages: plan.steps.length })}
          {runs && waitingFor === "time" && stageEndsAt !== null ? (
            <Then release={release} stage={standing.stage} at={stageEndsAt} />
          ) : (
            runs && waitingFor !== undefined && t("waits", { what: t(`waitsFor.${waitingFor}`) })
          )}
          {release.promoted && t("promotedBy", { name: release.promoted.by ?? "" })}
        </p>
        {runs && <CanaryStages plan={plan} stage={standing.stage} held={release.paused !== null} />}
      </div>
      <CanarySides standing={standing} />
    </div>
  );
}

/** What follows when the stage has had its pause, and in how long. */
function Then({ release: { canary }, stage, at }: { release: ReleaseView; stage: number; at: string }) {
  const t = useTranslations("releases.canary.then");
  const clock = () => <Remaining until={at} />;
  const next = canary?.steps[stage + 1];
  const judged = canary?.promotion === "automatic" ? "yes" : "no";
  if (next !== undefined) return t.rich("stage", { clock, judged, weight: next.weight });
  return t.rich(judged === "yes" ? "all" : "person", { clock });
}
