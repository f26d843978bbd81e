"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { HealthState } from "#lib/apps/schema";
import { GLYPH_OF } from "./known-states.ts";
import { State } from "./state.tsx";

/** Glyph and word of a health state. */
export function HealthStateView({ state, detail }: { state: HealthState; detail?: ReactNode }) {
  const t = useTranslations("states.health");
  return (
    <State glyph={GLYPH_OF.health[state]} detail={detail}>
      {t(state)}
    </State>
  );
}
