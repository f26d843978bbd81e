"use client";

import { NativeSelect, SegmentedControl } from "@mantine/core";
import { ChevronLeft, ChevronRight, ExternalLink, Minus, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { MetricsView } from "#lib/metrics/schema";
import { Button } from "../ui/button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { CustomRange } from "./custom-range.tsx";
import classes from "./metrics.module.css";
import { presets, shifted, type TimeRange, zoomed } from "./time-range.ts";

type Props = {
  range: TimeRange;
  onRange: (range: TimeRange) => void;
  view: MetricsView["view"];
  onView: (view: MetricsView["view"]) => void;
  grafana: string | null;
};

const CUSTOM = "custom";
const icon = { size: 16, strokeWidth: 1.5 } as const;

/** Which time, and whether by pod: for all charts at once. */
export function RangeBar({ range, onRange, view, onView, grafana }: Props) {
  const t = useTranslations("metrics");
  const [choosing, setChoosing] = useState(false);
  const chosen = range.kind === "last" && !choosing ? range.preset : CUSTOM;
  const change = (next: TimeRange) => {
    setChoosing(false);
    onRange(next);
  };
  return (
    <div className={classes.bar}>
      <NativeSelect
        aria-label={t("range")}
        value={chosen}
        onChange={({ currentTarget: { value } }) => {
          const preset = presets.find((name) => name === value);
          if (preset) change({ kind: "last", preset });
          else setChoosing(true);
        }}
        data={[
          ...presets.map((preset) => ({ value: preset as string, label: t(`preset.${preset}`) })),
          { value: CUSTOM, label: t("custom") },
        ]}
      />
      <span className={classes.steps}>
        <IconButton label={t("earlier")} onClick={() => change(shifted(range, Date.now(), -0.5))}>
          <ChevronLeft {...icon} />
        </IconButton>
        <IconButton
          label={t("later")}
          disabled={range.kind === "last"}
          onClick={() => change(shifted(range, Date.now(), 0.5))}
        >
          <ChevronRight {...icon} />
        </IconButton>
        <IconButton label={t("zoomOut")} onClick={() => change(zoomed(range, Date.now(), 2))}>
          <Minus {...icon} />
        </IconButton>
        <IconButton label={t("zoomIn")} onClick={() => change(zoomed(range, Date.now(), 0.5))}>
          <Plus {...icon} />
        </IconButton>
      </span>
      <SegmentedControl
        aria-label={t("view.label")}
        size="xs"
        value={view}
        onChange={(next) => onView(next === "pods" ? "pods" : "sum")}
        data={[
          { value: "sum", label: t("view.sum") },
          { value: "pods", label: t("view.pods") },
        ]}
      />
      <span className={classes.live} role="status">
        {range.kind === "last" ? t("live") : t("fixed")}
      </span>
      {range.kind === "between" && (
        <Button small onClick={() => change({ kind: "last", preset: "1h" })}>
          {t("backToNow")}
        </Button>
      )}
      {grafana !== null && (
        <a className={`k-link ${classes.grafana}`} href={grafana} target="_blank" rel="noreferrer">
          Grafana <ExternalLink size={12} strokeWidth={1.5} aria-hidden="true" />
        </a>
      )}
      {chosen === CUSTOM && <CustomRange key={JSON.stringify(range)} range={range} onRange={change} />}
    </div>
  );
}
