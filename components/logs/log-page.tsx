"use client";

import { NativeSelect, TextInput } from "@mantine/core";
import { ArrowDownToLine, Clock, Download, Pause, Search, WrapText } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useMemo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { usePods } from "../service/use-service.ts";
import { useSelection } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import type { LogLine } from "../ui/log-buffer.ts";
import { LogView } from "../ui/log-view.tsx";
import classes from "./logs.module.css";
import { PodMark } from "./pod-mark.tsx";
import { usePodLogs } from "./use-pod-logs.ts";

/** All pods of the service in one stream; each line keeps the colour of its pod. */
export function LogPage({ app }: { app: AppView }) {
  const t = useTranslations("logs");
  const format = useFormatter();
  const environment = useSelection().environment?.name ?? "";
  // A link may name the pod whose lines are wanted.
  const [pod, setPod] = useState(useSearchParams().get("pod"));
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(false);
  const [times, setTimes] = useState(true);
  const [search, setSearch] = useState("");
  const { data: pods } = usePods(app, environment);
  const { lines, state, pods: podStates } = usePodLogs(app.name, environment, pod, !follow);
  const order = useMemo(
    () => [...new Set([...(pods?.rows.map(({ name }) => name) ?? []), ...podStates.map((each) => each.pod)])].sort(),
    [pods, podStates],
  );
  const needle = search.trim().toLowerCase();
  const hits = useMemo(
    () => (needle === "" ? 0 : lines.filter((line) => line.text.toLowerCase().includes(needle)).length),
    [lines, needle],
  );
  const icon = { size: 16, strokeWidth: 1.5 } as const;

  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <Button icon={follow ? <Pause {...icon} /> : <ArrowDownToLine {...icon} />} onClick={() => setFollow(!follow)}>
          {follow ? t("pause") : t("follow")}
        </Button>
        <NativeSelect
          aria-label={t("pod")}
          value={pod ?? ""}
          onChange={(event) => setPod(event.currentTarget.value === "" ? null : event.currentTarget.value)}
          data={[{ value: "", label: t("allPods") }, ...order.map((name) => ({ value: name, label: name }))]}
        />
        <TextInput
          aria-label={t("search")}
          placeholder={t("search")}
          leftSection={<Search {...icon} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          rightSection={
            needle === "" ? undefined : <small className="k-quiet k-num">{t("hits", { count: hits })}</small>
          }
          rightSectionWidth={72}
        />
        <span className={classes.state} role="status">
          {follow ? t(`state.${state}`, { count: lines.length }) : t("paused")}
          {podStates
            .filter((each) => each.state === "waiting" || each.state === "unreachable")
            .map((each) => (
              <span key={each.pod}>
                {" · "}
                {each.pod.slice(-5)} {t(`podState.${each.state}`, { reason: each.reason ?? "" })}
              </span>
            ))}
        </span>
        <IconButton label={t("times")} aria-pressed={times} onClick={() => setTimes(!times)}>
          <Clock {...icon} />
        </IconButton>
        <IconButton label={t("wrap")} aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
          <WrapText {...icon} />
        </IconButton>
        <IconButton label={t("download")} onClick={() => download(`${app.name}-${environment}.log`, lines)}>
          <Download {...icon} />
        </IconButton>
      </div>
      {lines.length === 0 ? (
        <Empty title={t("none")}>{order.length === 0 ? t("notRunning", { environment }) : t("noneHint")}</Empty>
      ) : (
        <LogView
          label={t("title")}
          lines={lines}
          follow={follow}
          onFollowChange={setFollow}
          search={search}
          wrap={wrap}
          isTrouble={(line) => /\b(error|fatal|panic)\b/i.test(line.text)}
          gutter={(line) => (
            <>
              {times && line.at && (
                <time dateTime={line.at}>
                  {format.dateTime(new Date(line.at), {
                    hour: "2-digit",
                    minute: "2-digit",
                    second: "2-digit",
                    hour12: false,
                  })}
                </time>
              )}
              {order.length > 1 && line.source && <PodMark pod={line.source} index={order.indexOf(line.source)} />}
            </>
          )}
        />
      )}
    </div>
  );
}

/** What is on screen, as a file; made here, so that it is exactly what was read. */
function download(name: string, lines: LogLine[]): void {
  const text = lines.map((line) => [line.at, line.source, line.text].filter(Boolean).join(" ")).join("\n");
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
