"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { BuildState } from "#lib/builds/schema";
import { GLYPH_OF } from "./known-states.ts";
import { State } from "./state.tsx";

/** Glyph and word of a build state. */
export function BuildStateView({ state, detail }: { state: BuildState; detail?: ReactNode }) {
  const t = useTranslations("states.build");
  return (
    <State glyph={GLYPH_OF.build[state]} detail={detail}>
      {t(state)}
    </State>
  );
}
