"use client";

import { useTranslations } from "use-intl";
import type { PodView } from "#lib/clusters/schema";
import { useSizeWords } from "../fields/use-size-words.ts";
import { toneOfUse } from "../ui/tone-of-use.ts";
import type { MeasuredUse } from "./pod-containers.tsx";
import { tightestOf } from "./pod-memory-rules.ts";
import classes from "./pods-strip.module.css";

/** How much of its memory a pod uses: a bar, and the figures with their limit. */
export function PodMemory({ pod, use }: { pod: PodView; use: readonly MeasuredUse[] }) {
  const t = useTranslations("service.pods");
  const size = useSizeWords();
  const tightest = tightestOf(pod, use);
  if (!tightest) return <span className="k-quiet">–</span>;
  const { used, limit, share } = tightest;
  return (
    <span className={classes.memory} data-tone={toneOfUse(share)}>
      <i className={classes.meter} data-tone={toneOfUse(share)} aria-hidden="true">
        <i style={{ width: `${Math.min(share, 1) * 100}%` }} />
      </i>
      {t("stripMemory", { used: size.memory(used), limit: size.memory(limit) })}
    </span>
  );
}
