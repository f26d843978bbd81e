"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { AppRow } from "#lib/apps/schema";
import { namesThere } from "../services/names-there.ts";
import { getJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const schema = () => import("#lib/metrics/request-rate-schema").then((module) => module.requestRatesView);

/** Figures make no events, and a line of an hour changes little in a minute. */
const AGAIN_MS = 60_000;

/** How often these services are asked and fail, in the environment of the switcher. */
export function useRequestRates(rows: readonly AppRow[], environmentId: string | undefined) {
  const apps = namesThere(rows, environmentId);
  return useQuery({
    queryKey: queryKeys.requestRates(environmentId ?? "", apps),
    queryFn: ({ signal }) =>
      getJson(`/api/environments/${environmentId}/request-rates?${new URLSearchParams({ apps })}`, schema, signal),
    enabled: environmentId !== undefined && apps !== "",
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
  });
}
