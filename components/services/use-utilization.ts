"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { AppRow } from "#lib/apps/schema";
import { getJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";
import { namesThere } from "./names-there.ts";

const schema = () => import("#lib/metrics/utilization-schema").then((module) => module.utilizationView);

/** Figures make no events, and a line of an hour changes little in a minute. */
const AGAIN_MS = 60_000;

/** How near the services of a page came to their limits, in the environment of the switcher. */
export function useUtilization(rows: readonly AppRow[], environmentId: string | undefined) {
  const apps = namesThere(rows, environmentId);
  return useQuery({
    queryKey: queryKeys.utilization(environmentId ?? "", apps),
    queryFn: ({ signal }) =>
      getJson(`/api/environments/${environmentId}/utilization?${new URLSearchParams({ apps })}`, schema, signal),
    enabled: environmentId !== undefined && apps !== "",
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
  });
}
