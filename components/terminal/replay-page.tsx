"use client";

import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Download, Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { readCast } from "#lib/terminal/asciicast-rules";
import { getText } from "../shell/api.ts";
import { Failure } from "../shell/failure.tsx";
import { queryKeys } from "../shell/query-keys.ts";
import { clockOf } from "../ui/age.ts";
import { Button } from "../ui/button.tsx";
import { Panel } from "../ui/panel.tsx";
import { ReplaySearch } from "./replay-search.tsx";
import { SessionFacts } from "./session-facts.tsx";
import classes from "./terminal.module.css";
import { SPEEDS, useReplay } from "./use-replay.ts";
import { useTerminal } from "./use-terminals.ts";
import { openScreen, type Screen } from "./xterm.ts";

const clock = (seconds: number): string => clockOf(seconds * 1000);
const icon = { size: 16, strokeWidth: 1.5 } as const;

/** A terminal as it was: played at any speed, from any moment, searched. */
export function ReplayPage({ app, id }: { app: AppView; id: string }) {
  const t = useTranslations("terminal.replay");
  const address = `/api/apps/${app.name}/terminal/${id}/recording`;
  const terminal = useTerminal(app, id);
  const cast = useQuery({
    queryKey: queryKeys.terminals(app.name, { id, recording: terminal.data?.state }),
    queryFn: async ({ signal }) => readCast(await getText(address, signal)),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const screen = useRef<Screen | null>(null);
  const [ready, setReady] = useState(false);
  const { position, playing, speed, toggle, seek, setSpeed } = useReplay(cast.data, screen, ready);
  const label = t("screen");

  useEffect(() => {
    if (element === null) return;
    let gone = false;
    void openScreen(element, { theme: "night", label, readOnly: true }).then((opened) => {
      if (gone) return opened.dispose();
      screen.current = opened;
      setReady(true);
    });
    return () => {
      gone = true;
      screen.current?.dispose();
      screen.current = null;
    };
  }, [element, label]);
  // Its last picture first: that is what most people look for.
  useEffect(() => {
    if (ready && cast.data) seek(cast.data.seconds);
  }, [ready, cast.data, seek]);

  const error = terminal.error ?? cast.error;
  if (error) return <Failure error={error} />;
  const seconds = cast.data?.seconds ?? 0;
  const of = terminal.data;
  return (
    <div className={classes.replay}>
      <section aria-label={label}>
        <div className={classes.film} ref={setElement} />
        <div className={classes.controls}>
          <Button look="primary" icon={playing ? <Pause {...icon} /> : <Play {...icon} />} onClick={toggle}>
            {playing ? t("pause") : t("play")}
          </Button>
          <input
            type="range"
            aria-label={t("position")}
            aria-valuetext={clock(position)}
            min={0}
            max={seconds}
            step="any"
            value={position}
            onChange={(event) => seek(Number(event.currentTarget.value))}
          />
          <span className="k-num k-small">
            {clock(position)} / {clock(seconds)}
          </span>
          <SegmentedControl
            aria-label={t("speed")}
            value={String(speed)}
            onChange={(value) => setSpeed(Number(value))}
            data={SPEEDS.map((value) => ({ value: String(value), label: `${value}×` }))}
          />
          <a className="k-link" href={address} download>
            <Download size={14} strokeWidth={1.5} aria-hidden="true" /> {t("download")}
          </a>
        </div>
      </section>
      <aside>
        {of && (
          <Panel title={t("about")}>
            <SessionFacts of={of} />
          </Panel>
        )}
        <ReplaySearch cast={cast.data} onSeek={seek} />
      </aside>
    </div>
  );
}
