"use client";

import { useTranslations } from "use-intl";
import type { StepState } from "#lib/platform/steps";

/** The state of a step for those who do not see the glyph. */
export function StepStateWord({ state }: { state: StepState }) {
  const t = useTranslations("states.step");
  return <span className="k-sr">, {t(state)}</span>;
}
