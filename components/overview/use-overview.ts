"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { OverviewView } from "#lib/reports/schema";
import { getJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const schema = () => import("#lib/reports/schema").then((module) => module.overviewView);

export type Whose = "mine" | "teams";
type First = { team: string | null; view: OverviewView; at: string };

/** The workplace of one team or of all of mine; `first` is what the server painted. */
export function useOverview(team: string | null, whose: Whose, first: First) {
  return useQuery({
    queryKey: [...queryKeys.overview(team), whose],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ whose, ...(team && { team }) });
      return getJson(`/api/overview?${query}`, schema, signal);
    },
    initialData: team === first.team && whose === "teams" ? first.view : undefined,
    initialDataUpdatedAt: new Date(first.at).getTime(),
    placeholderData: keepPreviousData,
  });
}
