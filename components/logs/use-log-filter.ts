"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { replaceQuery } from "../shell/change-query.ts";
import { type LogFilter, readLogFilter, toQuery } from "./log-filter.ts";

/** The filter lives in the address, so that it can be sent to a colleague. */
export function useLogFilter(): [LogFilter, (part: Partial<LogFilter>) => void] {
  const query = useSearchParams();
  const change = useCallback(
    (part: Partial<LogFilter>) => replaceQuery((now) => toQuery({ ...readLogFilter(now), ...part })),
    [],
  );
  return [readLogFilter(query), change];
}
