"use client";

import { NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { ArrowDownToLine, ChevronDown, ChevronUp, Pause, Search } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { type LogFilter, SINCE } from "./log-filter.ts";
import classes from "./logs.module.css";
import { PodPicker } from "./pod-picker.tsx";

type Props = {
  filter: LogFilter;
  onFilter: (part: Partial<LogFilter>) => void;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  pods: readonly string[];
  /** Those of them that are too many to be followed with the others. */
  leftOut: readonly string[];
  /** Of the pods; the app's own first. */
  containers: string[];
  hits: number;
  /** Which of them is looked at, from 0; null before one is. */
  hit: number | null;
  onHit: (step: 1 | -1) => void;
  onJump: (time: string) => void;
};

const icon = { size: 16, strokeWidth: 1.5 } as const;

/** What is wanted of the logs: whose, from when on, which lines. */
export function LogBar(props: Props) {
  const { filter, onFilter, follow, onFollow, pods, leftOut, containers, hits, hit, onHit, onJump } = props;
  const t = useTranslations("logs");
  const [own] = containers;
  return (
    <div className={classes.bar}>
      <Button icon={follow ? <Pause {...icon} /> : <ArrowDownToLine {...icon} />} onClick={() => onFollow(!follow)}>
        {follow ? t("pause") : t("follow")}
      </Button>
      <PodPicker pods={pods} chosen={filter.pods} leftOut={leftOut} onChoose={(next) => onFilter({ pods: next })} />
      {containers.length > 1 && (
        <NativeSelect
          aria-label={t("container")}
          value={filter.container ?? own}
          onChange={({ currentTarget: { value } }) => onFilter({ container: value === own ? null : value })}
          data={containers}
        />
      )}
      <NativeSelect
        aria-label={t("which")}
        value={filter.previous ? "previous" : (filter.since ?? "")}
        onChange={({ currentTarget: { value } }) =>
          onFilter({
            previous: value === "previous",
            since: SINCE.find((each) => each === value) ?? null,
          })
        }
        data={[
          { value: "", label: t("since.tail") },
          ...SINCE.map((each) => ({ value: each, label: t(`since.${each}`) })),
          { value: "previous", label: t("since.previous") },
        ]}
      />
      <span className={classes.find}>
        <TextInput
          aria-label={t("search")}
          placeholder={t("search")}
          leftSection={<Search {...icon} />}
          value={filter.q}
          onChange={(event) => onFilter({ q: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === "Enter") onHit(event.shiftKey ? -1 : 1);
            if (event.key === "Escape") onFilter({ q: "" });
          }}
          rightSection={
            filter.q === "" ? undefined : (
              <small className="k-quiet k-num">
                {hit === null ? t("hits", { count: hits }) : t("hitOf", { hit: hit + 1, count: hits })}
              </small>
            )
          }
          rightSectionWidth={84}
        />
        <IconButton label={t("previousHit")} disabled={hits === 0} onClick={() => onHit(-1)}>
          <ChevronUp {...icon} />
        </IconButton>
        <IconButton label={t("nextHit")} disabled={hits === 0} onClick={() => onHit(1)}>
          <ChevronDown {...icon} />
        </IconButton>
      </span>
      <SegmentedControl
        aria-label={t("level")}
        size="xs"
        value={filter.level ?? "all"}
        onChange={(value) => onFilter({ level: value === "warn" || value === "error" ? value : null })}
        data={(["all", "warn", "error"] as const).map((value) => ({ value, label: t(`levels.${value}`) }))}
      />
      <TextInput
        type="time"
        step={1}
        aria-label={t("jump")}
        title={t("jump")}
        className={classes.jump}
        onChange={({ currentTarget: { value } }) => value !== "" && onJump(value)}
      />
    </div>
  );
}
