"use client";

import { useTranslations } from "use-intl";
import type { RetirementState } from "#lib/retire/schema";
import type { GlyphName } from "../ui/glyph.tsx";
import { State } from "../ui/state.tsx";

const GLYPHS = { planned: "wait", running: "working", done: "done", failed: "fail" } as const satisfies Record<
  RetirementState,
  GlyphName
>;

export function RetirementStateView({ state }: { state: RetirementState }) {
  const t = useTranslations("retire.state");
  return <State glyph={GLYPHS[state]}>{t(state)}</State>;
}
