"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { type LogFilter, readLogFilter, toQuery } from "./log-filter.ts";

/** The filter lives in the address, so that it can be sent to a colleague. */
export function useLogFilter(): [LogFilter, (part: Partial<LogFilter>) => void] {
  const query = useSearchParams();
  const change = useCallback(
    (part: Partial<LogFilter>) => {
      const next = toQuery({ ...readLogFilter(query), ...part });
      const environment = query.get("environment");
      if (environment) next.set("environment", environment);
      const { pathname } = window.location;
      window.history.replaceState(null, "", next.size > 0 ? `${pathname}?${next}` : pathname);
    },
    [query],
  );
  return [readLogFilter(query), change];
}
