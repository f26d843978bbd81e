"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { ReleaseState } from "#lib/releases/schema";
import { GLYPH_OF } from "./known-states.ts";
import { State } from "./state.tsx";

type Props = { state: ReleaseState; detail?: ReactNode; paused?: boolean };

/** Glyph and word of a release state; of one whose rollout is held, that. */
export function ReleaseStateView({ state, detail, paused = false }: Props) {
  const t = useTranslations("states.release");
  const control = useTranslations("control");
  return (
    <State glyph={paused ? "paused" : GLYPH_OF.release[state]} detail={detail}>
      {paused ? control("paused") : t(state)}
    </State>
  );
}
