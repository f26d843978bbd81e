"use client";

import { Download, WrapText } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import type { LogLine } from "../ui/log-buffer.ts";
import { LogView } from "../ui/log-view.tsx";
import { Panel } from "../ui/panel.tsx";
import classes from "./builds.module.css";
import { firstFailure, stagesOf } from "./log-stages.ts";
import { useBuildLog } from "./use-build-log.ts";

type Props = { buildId: string; failed: boolean };

/** The whole console, live; stages are jumping marks, and a failed build opens at the line that says why. */
export function BuildLog({ buildId, failed }: Props) {
  const t = useTranslations("builds.log");
  const { lines, state } = useBuildLog(buildId);
  const [follow, setFollow] = useState(!failed);
  const [wrap, setWrap] = useState(false);
  const [jump, setJump] = useState<number>();
  const stages = useMemo(() => stagesOf(lines), [lines]);
  const failure = useMemo(() => (failed ? firstFailure(lines) : undefined), [failed, lines]);

  return (
    <Panel
      title={t("title")}
      meta={t(`state.${state}`, { count: lines.length })}
      actions={
        <>
          <IconButton label={t("wrap")} aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
            <WrapText size={16} strokeWidth={1.5} />
          </IconButton>
          <a
            className={classes.iconLink}
            href={`/api/builds/${buildId}/log/raw`}
            download={`build-${buildId}.log`}
            aria-label={t("download")}
            title={t("download")}
          >
            <Download size={16} strokeWidth={1.5} />
          </a>
        </>
      }
    >
      {(stages.length > 0 || failure !== undefined) && (
        <nav className={classes.jumps} aria-label={t("stages")}>
          {failure !== undefined && (
            <Button look="danger" small onClick={() => setJump(failure)}>
              {t("firstFailure")}
            </Button>
          )}
          {stages.map(({ name, index }) => (
            <Button key={`${name}-${index.toString()}`} look="plain" small onClick={() => setJump(index)}>
              {name}
            </Button>
          ))}
        </nav>
      )}
      <div className={classes.console}>
        <LogView
          label={t("title")}
          lines={lines}
          follow={follow && jump === undefined}
          onFollowChange={(next) => {
            setFollow(next);
            if (next) setJump(undefined);
          }}
          wrap={wrap}
          focusIndex={jump ?? failure}
          isTrouble={(line: LogLine) => failure !== undefined && line === lines[failure]}
        />
      </div>
    </Panel>
  );
}
