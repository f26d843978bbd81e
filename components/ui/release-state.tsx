"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { ReleaseState } from "#lib/releases/schema";
import { GLYPH_OF } from "./known-states.ts";
import { State } from "./state.tsx";

/** Glyph and word of a release state. */
export function ReleaseStateView({ state, detail }: { state: ReleaseState; detail?: ReactNode }) {
  const t = useTranslations("states.release");
  return (
    <State glyph={GLYPH_OF.release[state]} detail={detail}>
      {t(state)}
    </State>
  );
}
