"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { podLogEvent } from "#lib/logs/schema";
import { FetchSource } from "../shell/fetch-source.ts";
import { browserWorld, ResumingStream, type StreamWorld } from "../shell/resuming-stream.ts";
import { toSignIn } from "../shell/to-sign-in.ts";
import { type LogFilter, sourceQuery } from "./log-filter.ts";
import { LogStore, type Logs, NO_LOGS } from "./log-store.ts";

/** Enough to see what led here; `since` brings more. */
const TAIL_LINES = "500";
/** A busy log is shown in steps, not line by line. */
const SHOW_EVERY_MS = 100;
/** A tab that nobody looks at for so long gives its connection back; it goes on where it was, without a gap. */
const REST_AFTER_MS = 60_000;

/** A person may read so many logs and no more: why there are none must be told. */
const world: StreamWorld = { ...browserWorld, open: (url) => new FetchSource(url) };

/**
 * The lines of all wanted pods, merged, as they are written; what was lost on the way comes again, nothing comes twice.
 * `retry` does not wait for the next attempt.
 */
export function usePodLogs(
  app: string,
  environment: string,
  filter: Omit<LogFilter, "q" | "level">,
): { logs: Logs; retry: () => void } {
  const [logs, setLogs] = useState<Logs>(NO_LOGS);
  const current = useRef<ResumingStream>(null);
  const { container, previous, since } = filter;
  const pods = filter.pods.join(",");
  useEffect(() => {
    if (environment === "") return;
    const query = sourceQuery(
      environment,
      { pods: pods === "" ? [] : pods.split(","), container, previous, since },
      new Date(),
    );
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
    const stream = new ResumingStream(world, {
      url: (lastId) => {
        if (lastId !== undefined) query.set("lastEventId", lastId);
        return `/api/apps/${app}/logs?${query}`;
      },
      onEvent: (_, { data }) => {
        store.hear(podLogEvent.parse(JSON.parse(String(data))));
        soon();
      },
      onStatus: (status) => {
        if (status.state === "signed-out") toSignIn();
        else store.turn(status.state, status.state === "refused" ? status.error : null);
        soon();
      },
    });
    const onVisibility = () => {
      clearTimeout(rest);
      if (document.hidden) rest = setTimeout(() => stream.pause(), REST_AFTER_MS);
      else stream.start();
    };
    current.current = stream;
    stream.start();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      clearTimeout(rest);
      clearTimeout(timer);
      stream.stop();
      setLogs(NO_LOGS);
    };
  }, [app, environment, pods, container, previous, since]);
  const retry = useCallback(() => current.current?.start(), []);
  return { logs, retry };
}
