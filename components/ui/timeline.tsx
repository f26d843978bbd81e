"use client";

import type { ReactNode } from "react";
import type { StepView } from "#lib/platform/steps";
import { Elapsed } from "./elapsed.tsx";
import { Glyph } from "./glyph.tsx";
import { GLYPH_OF } from "./known-states.ts";
import { StepFailure } from "./step-failure.tsx";
import { StepStateWord } from "./step-state-word.tsx";
import classes from "./timeline.module.css";

type Props = {
  steps: StepView[];
  /** A step's words, from the feature's own messages. */
  nameOf: (step: StepView) => ReactNode;
  /** The line under a step: what it found, how far it is. */
  detailOf?: (step: StepView) => ReactNode;
  label: string;
  /** Without the reasons of failed steps, where the page has said them above. */
  brief?: boolean;
};

/** An operation's steps, live: the line is drawn as far as the work has come; trouble shows what to do. */
export function Timeline({ steps, nameOf, detailOf, label, brief = false }: Props) {
  return (
    <ol className={classes.timeline} aria-label={label}>
      {steps.map((step) => {
        const detail = detailOf?.(step);
        return (
          <li key={step.name} data-state={step.state} aria-current={step.state === "running" ? "step" : undefined}>
            <Glyph name={GLYPH_OF.step[step.state]} />
            <b>
              {nameOf(step)}
              <StepStateWord state={step.state} />
            </b>
            <span className={classes.time}>
              {step.startedAt && <Elapsed from={step.startedAt} to={step.endedAt} fine />}
            </span>
            {detail && <div className={classes.detail}>{detail}</div>}
            {step.error && !(brief && step.state === "failed") && (
              <div className={classes.detail}>
                <StepFailure error={step.error} waiting={step.state === "running"} />
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
