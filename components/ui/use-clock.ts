"use client";

import { useSyncExternalStore } from "react";
import { useNow } from "use-intl";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let tick = 0;

/** One timer for all times on the page, running only while one is shown. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since the epoch, moving each second; the server's first paint and the browser's agree. */
export function useClock(): number {
  const first = useNow().getTime();
  return useSyncExternalStore(
    subscribe,
    () => (tick ||= Date.now()),
    () => first,
  );
}
