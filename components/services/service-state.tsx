"use client";

import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppRow } from "#lib/apps/schema";
import { RelativeTime } from "../ui/relative-time.tsx";
import { State } from "../ui/state.tsx";
import { rowState } from "./row-state.ts";

type Props = {
  app: AppRow;
  place: AppEnvironmentView | undefined;
  /** One environment of several in the row: health only, without its age. */
  aside?: boolean;
};

/** How a service does in one environment; trouble says since when. */
export function ServiceState({ app, place, aside = false }: Props) {
  const health = useTranslations("states.health");
  const row = useTranslations("services.state");
  const { glyph, word, since } = rowState(app, place, !aside);
  const aged =
    !aside && since !== null && (glyph === "fail" || glyph === "warn" || glyph === "unknown" || glyph === "lock");
  return (
    <State glyph={glyph} detail={aged ? <RelativeTime at={since} bare /> : undefined}>
      {"health" in word ? health(word.health) : row(word.row)}
    </State>
  );
}
