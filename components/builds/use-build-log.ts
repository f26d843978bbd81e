"use client";

import { useEffect, useState } from "react";
import { buildLogEvent } from "#lib/builds/schema";
import { LogBuffer, type LogLine } from "../ui/log-buffer.ts";

export type StreamState = "connecting" | "live" | "reconnecting" | "ended";
export type BuildLog = { lines: LogLine[]; state: StreamState };

const EMPTY: BuildLog = { lines: [], state: "connecting" };

/**
 * A build's console from its first byte, line by line. EventSource resumes by Last-Event-ID (the next byte offset), so a
 * cut leaves no gap and no repeat. Lines arrive in batches: one render a frame, however busy the build is.
 */
export function useBuildLog(buildId: string): BuildLog {
  const [log, setLog] = useState<BuildLog>(EMPTY);
  useEffect(() => {
    const buffer = new LogBuffer();
    const source = new EventSource(`/api/builds/${buildId}/log`);
    let unfinished = "";
    let frame = 0;
    const show = (state: StreamState) => {
      cancelAnimationFrame(frame);
      frame = 0;
      setLog({ lines: buffer.snapshot(), state });
    };
    source.onopen = () => show("live");
    source.onerror = () => show("reconnecting");
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const event = buildLogEvent.parse(JSON.parse(data));
      if (event.type === "text") {
        const parts = (unfinished + event.text).split(/\r?\n/);
        unfinished = parts.pop() ?? "";
        buffer.append(parts.map((text) => ({ text })));
        frame ||= requestAnimationFrame(() => show("live"));
        return;
      }
      source.close();
      if (unfinished !== "") buffer.append([{ text: unfinished }]);
      show("ended");
    };
    return () => {
      source.close();
      cancelAnimationFrame(frame);
      setLog(EMPTY);
    };
  }, [buildId]);
  return log;
}
