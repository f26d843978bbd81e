"use client";

import { useEffect, useState } from "react";
import { podLogEvent } from "#lib/logs/schema";
import { browserWorld, ResumingStream } from "../shell/resuming-stream.ts";
import { toSignIn } from "../shell/to-sign-in.ts";
import { type LogFilter, sourceQuery } from "./log-filter.ts";
import { LogStore, type Logs, NO_LOGS } from "./log-store.ts";

/** Enough to see what led here; `since` brings more. */
const TAIL_LINES = "500";
/** A busy log is shown in steps, not line by line. */
const SHOW_EVERY_MS = 100;
/** A tab that nobody looks at for so long gives its connection back; it goes on where it was, without a gap. */
const REST_AFTER_MS = 60_000;

/** The lines of all wanted pods, merged, as they are written; what was lost on the way comes again, nothing comes twice. */
export function usePodLogs(app: string, environment: string, filter: Omit<LogFilter, "q" | "level">): Logs {
  const [logs, setLogs] = useState<Logs>(NO_LOGS);
  const { pod, container, previous, since } = filter;
  useEffect(() => {
    if (environment === "") return;
    const query = sourceQuery(environment, { pod, container, previous, since }, new Date());
    query.set("tail", TAIL_LINES);
    const store = new LogStore();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setLogs(store.snapshot());
      }, SHOW_EVERY_MS);
    };
    const stream = new ResumingStream(browserWorld, {
      url: (lastId) => {
        if (lastId !== undefined) query.set("lastEventId", lastId);
        return `/api/apps/${app}/logs?${query}`;
      },
      onEvent: (_, { data }) => {
        store.hear(podLogEvent.parse(JSON.parse(String(data))));
        soon();
      },
      onStatus: ({ state }) => {
        if (state === "signed-out") toSignIn();
        else store.turn(state);
        soon();
      },
    });
    const onVisibility = () => {
      clearTimeout(rest);
      if (document.hidden) rest = setTimeout(() => stream.pause(), REST_AFTER_MS);
      else stream.start();
    };
    stream.start();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      clearTimeout(rest);
      clearTimeout(timer);
      stream.stop();
      setLogs(NO_LOGS);
    };
  }, [app, environment, pod, container, previous, since]);
  return logs;
}
