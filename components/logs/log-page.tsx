"use client";

import { Pause } from "lucide-react";
import { useMemo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { usePods } from "../service/use-service.ts";
import { Failure } from "../shell/failure.tsx";
import { useAllows, useSelection } from "../shell/selection.tsx";
import type { LogLine } from "../ui/log-buffer.ts";
import { LogView } from "../ui/log-view.tsx";
import { LogBar } from "./log-bar.tsx";
import { LogStatus } from "./log-status.tsx";
import { LogTools } from "./log-tools.tsx";
import classes from "./logs.module.css";
import { NoLines } from "./no-lines.tsx";
import { PinDialog } from "./pin-dialog.tsx";
import { PodMark } from "./pod-mark.tsx";
import { useChosenLines } from "./use-chosen-lines.ts";
import { useLogFilter } from "./use-log-filter.ts";
import { useLogPlace } from "./use-log-place.ts";
import { usePodLogs } from "./use-pod-logs.ts";
import { useShownLines } from "./use-shown-lines.ts";

const CLOCK = {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hour12: false,
} as const;

const isTrouble = (line: LogLine): boolean => line.level === "error";

/** All pods of the service in one stream; each line keeps the colour of its pod. */
export function LogPage({ app }: { app: AppView }) {
  const t = useTranslations("logs");
  const format = useFormatter();
  const allows = useAllows();
  const { environment } = useSelection();
  const place = environment?.name ?? "";
  const [filter, setFilter] = useLogFilter();
  const { follow, focus, hit, setFollow, forgetHit, toHit, toTime } = useLogPlace();
  const [wrap, setWrap] = useState(false);
  const [times, setTimes] = useState(true);
  const [pinning, setPinning] = useState(false);
  const { data: pods } = usePods(app, place);
  const { logs, retry } = usePodLogs(app.name, place, filter);
  const { lines, waiting, hits } = useShownLines(logs, filter, follow);
  const chosen = useChosenLines(lines, JSON.stringify([place, { ...filter, q: null, level: null }]));
  const wanted = filter.pods.join(",");
  const order = useMemo(() => {
    const there = pods?.rows.map(({ name }) => name) ?? [];
    return [...new Set([...there, ...logs.pods.map(({ pod }) => pod), ...wanted.split(",").filter(Boolean)])].sort();
  }, [pods, logs.pods, wanted]);
  const containers = useMemo(() => {
    const found = pods?.rows.flatMap((pod) => pod.containers) ?? [];
    // One that was imported has its own name, and nothing beside it but what came later.
    const own = found.find(({ name }) => name === app.name) ?? found.find(({ kind }) => kind === "container");
    return [...new Set([own?.name ?? app.name, ...found.map(({ name }) => name)])];
  }, [app.name, pods]);

  const change = (part: Parameters<typeof setFilter>[0]) => {
    forgetHit();
    setFilter(part);
  };
  return (
    <div className={classes.page}>
      <LogBar
        filter={filter}
        onFilter={change}
        follow={follow}
        onFollow={setFollow}
        pods={order}
        leftOut={logs.leftOut}
        containers={containers}
        hits={hits.length}
        hit={hit}
        onHit={(step) => toHit(hits, step)}
        onJump={(time) => toTime(lines, time)}
      />
      <div className={classes.under}>
        <LogStatus logs={logs} shown={lines.length} />
        <LogTools
          app={app.name}
          environment={place}
          filter={filter}
          times={times}
          onTimes={setTimes}
          wrap={wrap}
          onWrap={setWrap}
          chosen={allows("app.logs.pin", app.teamId) ? chosen.lines.length : null}
          onPin={() => setPinning(true)}
        />
      </div>
      {logs.refusal && (
        <div className={classes.refusal}>
          <Failure error={logs.refusal} onRetry={retry} />
        </div>
      )}
      {lines.length === 0 && (
        <NoLines
          logs={logs}
          filter={filter}
          there={pods?.rows.map(({ name }) => name)}
          environment={place}
          onFilter={change}
        />
      )}
      {lines.length > 0 && (
        <div className={classes.screen}>
          <LogView
            label={t("title")}
            lines={lines}
            follow={follow}
            onFollowChange={setFollow}
            search={filter.q.trim()}
            wrap={wrap}
            isTrouble={isTrouble}
            focusIndex={focus}
            currentIndex={hit === null ? undefined : hits[hit]}
            selected={chosen.ids}
            onSelect={chosen.toggle}
            gapText={({ source = "" }) => t("gap", { pod: source.slice(-5) })}
            gutter={(line) => (
              <>
                {times && line.at && <time dateTime={line.at}>{format.dateTime(new Date(line.at), CLOCK)}</time>}
                {line.source && <PodMark pod={line.source} index={order.indexOf(line.source)} />}
              </>
            )}
          />
          {!follow && (
            <div className={classes.paused}>
              <Pause size={12} strokeWidth={1.5} aria-hidden="true" />
              <span className="k-num">{t("pausedWith", { count: waiting })}</span>
              <button type="button" onClick={() => setFollow(true)}>
                {t("follow")}
              </button>
            </div>
          )}
        </div>
      )}
      {pinning && environment && (
        <PinDialog
          app={app}
          environmentId={environment.id}
          container={filter.container}
          lines={chosen.lines}
          onClose={() => {
            setPinning(false);
            chosen.clear();
          }}
        />
      )}
    </div>
  );
}
