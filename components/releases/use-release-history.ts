"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { listReleasesResult } from "#lib/releases/schema";
import { getJson } from "../shell/api.ts";
import { replaceQuery } from "../shell/change-query.ts";
import { queryKeys } from "../shell/query-keys.ts";
import { type HistoryFilter, readHistoryFilter, toQuery } from "./history-filter.ts";

/** The filter lives in the address, so that it can be sent to a colleague and survives "back". */
export function useHistoryFilter(): [HistoryFilter, (part: Partial<HistoryFilter>) => void] {
  const query = useSearchParams();
  const filter = readHistoryFilter(query);
  const change = useCallback(
    (part: Partial<HistoryFilter>) => replaceQuery((now) => toQuery({ ...readHistoryFilter(now), page: 1, ...part })),
    [],
  );
  return [filter, change];
}

/** One page of a service's releases that fit, newest first. */
export function useReleaseHistory(app: string, environment: string, filter: HistoryFilter) {
  return useQuery({
    queryKey: queryKeys.releases(app, { environment, ...filter }),
    queryFn: ({ signal }) => {
      const query = toQuery({ ...filter, everywhere: false });
      if (!filter.everywhere) query.set("environment", environment);
      return getJson(`/api/apps/${app}/releases?${query}`, listReleasesResult, signal);
    },
    enabled: environment !== "",
    placeholderData: keepPreviousData,
  });
}
