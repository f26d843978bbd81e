"use client";

import { useTranslations } from "use-intl";
import type { StepView } from "#lib/platform/steps";
import type { ReleaseView } from "#lib/releases/schema";
import { Elapsed } from "../ui/elapsed.tsx";
import { podGlyph } from "../ui/pod-glyph.ts";
import { ProgressBar } from "../ui/progress-bar.tsx";
import { State } from "../ui/state.tsx";
import { Timeline } from "../ui/timeline.tsx";
import { usePodWord } from "../ui/use-pod-word.ts";
import { CanaryStanding } from "./canary-standing.tsx";
import classes from "./releases.module.css";
import { isReleaseOver } from "./use-releases.ts";

/** A release's steps with its pods, live; trouble shows the log lines that say why. */
export function ReleaseTimeline({ release, brief = false }: { release: ReleaseView; brief?: boolean }) {
  const t = useTranslations("releases");
  const over = isReleaseOver(release.state);
  const share = release.state === "done" ? 1 : release.wanted === 0 ? null : release.running / release.wanted;
  return (
    <div className={classes.timeline}>
      <div className={classes.progressHead}>
        {/* Of one that another has followed, it would only be the pods of that one that are counted. */}
        <span>{release.next === null && t("podsRun", { running: release.running, wanted: release.wanted })}</span>
        <span className="k-quiet k-num">
          {release.startedAt && <Elapsed from={release.startedAt} to={release.endedAt} />}
          {!over && release.expectedMs !== null && (
            <> {t("ofAbout", { seconds: Math.ceil(release.expectedMs / 1000) })}</>
          )}
        </span>
      </div>
      {!over && <ProgressBar share={share} label={t("progress")} tone="working" />}
      <Timeline
        steps={release.steps}
        label={t("steps.title")}
        nameOf={(step) => stepName(t, step)}
        brief={brief}
        detailOf={(step) => <StepDetail step={step} release={release} />}
      />
    </div>
  );
}

type T = ReturnType<typeof useTranslations<"releases">>;

function stepName(t: T, { name, state }: StepView): string {
  switch (name) {
    case "check":
    case "canary":
    case "apply":
    case "rollout":
    case "verify":
      return t(`steps.${name}`, { state });
    default:
      return name;
  }
}

function StepDetail({ step, release }: { step: StepView; release: ReleaseView }) {
  const t = useTranslations("releases");
  const podWord = usePodWord();
  const log = step.detail?.log ?? step.detail?.lastLines;
  return (
    <>
      {step.name === "canary" && <CanaryStanding release={release} />}
      {step.name === "rollout" && step.startedAt !== null && release.pods.length > 0 && (
        <ul className={classes.pods} aria-label={t("pods")}>
          {release.pods.map((pod) => (
            <li key={pod.uid}>
              <code>{pod.name.slice(-5)}</code>
              <State glyph={pod.ready ? "done" : podGlyph(pod)}>{pod.ready ? t("podReady") : podWord(pod)}</State>
              <span className="k-quiet">
                {pod.releaseNumber === null ? "" : t("runs", { number: pod.releaseNumber })}
              </span>
            </li>
          ))}
        </ul>
      )}
      {step.name === "apply" && release.takeOver.length > 0 && (
        <ul className={classes.takenOver}>
          {release.takeOver.map(({ kind, name, field, manager }) => (
            <li key={`${kind} ${name} ${field}`}>
              {t.rich("foreign.taken", { who: manager, field, code: (text) => <code>{text}</code> })}
            </li>
          ))}
        </ul>
      )}
      {typeof log === "string" && log !== "" && <pre className={classes.evidence}>{log}</pre>}
    </>
  );
}
