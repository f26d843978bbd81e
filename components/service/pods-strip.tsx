"use client";

import { memo, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { PodView } from "#lib/clusters/schema";
import { useSizeWords } from "../fields/use-size-words.ts";
import { Glyph } from "../ui/glyph.tsx";
import { podGlyph } from "../ui/pod-glyph.ts";
import { toneOfUse } from "../ui/tone-of-use.ts";
import { usePodWord } from "../ui/use-pod-word.ts";
import type { MeasuredUse } from "./pod-containers.tsx";
import { tightestOf } from "./pod-memory-rules.ts";
import classes from "./pods-strip.module.css";

/** All pods at a glance, in the order of the table; `stale` = as they were last seen. */
export function PodsStrip({ stale, children }: { stale: boolean; children: ReactNode }) {
  const t = useTranslations("service.pods");
  return (
    <ul className={classes.strip} data-stale={stale || undefined} aria-label={t("strip")}>
      {children}
    </ul>
  );
}

type Props = { pod: PodView; use: readonly MeasuredUse[]; onPick: (pod: PodView) => void };

/** How one is, and how near it is to its memory's limit. */
export const PodTile = memo(function PodTile({ pod, use, onPick }: Props) {
  const t = useTranslations("service.pods");
  const size = useSizeWords();
  const wordOf = usePodWord();
  const tightest = tightestOf(pod, use);
  const memory = tightest
    ? t("stripMemory", { used: size.memory(tightest.used), limit: size.memory(tightest.limit) })
    : "none";
  const words = t("stripPod", { pod: pod.name, state: wordOf(pod), memory });
  return (
    <li>
      <button type="button" aria-label={words} title={words} onClick={() => onPick(pod)}>
        <Glyph name={podGlyph(pod)} />
        {tightest && (
          <i className={classes.meter} data-tone={toneOfUse(tightest.share)}>
            <i style={{ width: `${Math.min(tightest.share, 1) * 100}%` }} />
          </i>
        )}
      </button>
    </li>
  );
});
