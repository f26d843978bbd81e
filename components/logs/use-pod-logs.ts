"use client";

import { useEffect, useRef, useState } from "react";
import { type PodStanding, podLogEvent } from "#lib/logs/schema";
import { LogBuffer, type LogLine } from "../ui/log-buffer.ts";

export type PodState = { pod: string; state: PodStanding; reason: string | null };
export type PodLogs = { lines: LogLine[]; pods: PodState[]; state: "connecting" | "live" | "reconnecting" };

const EMPTY: PodLogs = { lines: [], pods: [], state: "connecting" };
/** Enough to see what led here; older lines are in the history. */
const TAIL_LINES = 500;

/**
 * The lines of all pods of a service, merged, as they are written. EventSource resumes by the last line's time, the server
 * drops what was already sent; while `paused`, lines are still received and shown on return, so nothing is missed.
 */
export function usePodLogs(app: string, environment: string, pod: string | null, paused: boolean): PodLogs {
  const [logs, setLogs] = useState<PodLogs>(EMPTY);
  const pausedNow = useRef(paused);
  const refresh = useRef<() => void>(() => undefined);
  useEffect(() => {
    pausedNow.current = paused;
    if (!paused) refresh.current();
  }, [paused]);

  useEffect(() => {
    if (environment === "") return;
    const query = new URLSearchParams({ environment, tail: String(TAIL_LINES), ...(pod ? { pod } : {}) });
    const source = new EventSource(`/api/apps/${app}/logs?${query}`);
    const buffer = new LogBuffer();
    const pods = new Map<string, PodState>();
    let state: PodLogs["state"] = "connecting";
    let frame = 0;
    const show = () => {
      frame = 0;
      setLogs((now) => ({ lines: pausedNow.current ? now.lines : buffer.snapshot(), pods: [...pods.values()], state }));
    };
    const soon = () => {
      frame ||= requestAnimationFrame(show);
    };
    refresh.current = show;
    const turn = (next: PodLogs["state"]) => {
      state = next;
      soon();
    };
    source.onopen = () => turn("live");
    source.onerror = () => turn("reconnecting");
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const event = podLogEvent.parse(JSON.parse(data));
      if (event.type === "lines") buffer.append(event.lines.map(([at, text]) => ({ at, text, source: event.pod })));
      else if (event.type === "state") pods.set(event.pod, event);
      soon();
    };
    return () => {
      source.close();
      cancelAnimationFrame(frame);
      setLogs(EMPTY);
    };
  }, [app, environment, pod]);
  return logs;
}
