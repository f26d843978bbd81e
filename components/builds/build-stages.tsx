"use client";

import { useFormatter, useTranslations } from "use-intl";
import type { BuildView } from "#lib/builds/schema";
import { Glyph, type GlyphName } from "../ui/glyph.tsx";
import classes from "./builds.module.css";

const GLYPHS = {
  running: "working",
  done: "done",
  failed: "fail",
  aborted: "none",
  skipped: "none",
  waiting: "wait",
} as const satisfies Record<BuildView["stages"][number]["state"], GlyphName>;

/** Jenkins' stages as a row of steps with their durations. */
export function BuildStages({ stages }: { stages: BuildView["stages"] }) {
  const t = useTranslations("builds");
  const format = useFormatter();
  if (stages.length === 0) return null;
  return (
    <ol className={classes.stages} aria-label={t("log.stages")}>
      {stages.map(({ name, state, durationMs }) => (
        <li key={name} data-state={state}>
          <Glyph name={GLYPHS[state]} />
          <b>{name}</b>
          <span className="k-sr">{t(`stage.${state}`)}</span>
          <small>
            {durationMs === null
              ? ""
              : t("seconds", { seconds: format.number(durationMs / 1000, { maximumFractionDigits: 1 }) })}
          </small>
        </li>
      ))}
    </ol>
  );
}
