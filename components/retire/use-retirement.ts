"use client";

import {
  keepPreviousData,
  type QueryClient,
  skipToken,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { AppView } from "#lib/apps/schema";
import {
  type KeepChoice,
  type ListRetirementsResult,
  listRetirementsResult,
  type RetirementView,
  retirementPlan,
  retirementView,
  retireResult,
} from "#lib/retire/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const LOOK_AGAIN_MS = 10_000;

export type Confirmation = { name: string; reason: string; keep: KeepChoice };

export const isRetirementOver = (state: RetirementView["state"]): boolean => state === "done" || state === "failed";

/** What would be removed, as every system says now; asked anew each time that somebody looks. */
export const useRetirementPlan = (app: string) =>
  useQuery({
    queryKey: ["retirement-plan", app],
    queryFn: ({ signal }) => getJson(`/api/apps/${app}/retirement`, retirementPlan, signal),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

/** Nothing of the service is there any more: whatever asks for it is told so. */
export const hasGone = (retirement: Pick<RetirementView, "state"> | undefined): boolean => retirement?.state === "done";

/** What this page last heard of the service's retirement. */
export const retirementIn = (client: QueryClient, app: AppView): RetirementView | undefined =>
  client.getQueryData<RetirementView>(queryKeys.retirement(app.retirement?.id ?? ""));

/** A retirement with its steps and its proof, live; nothing is asked where there is none. */
export const useRetirement = (id: string | undefined, initialData?: RetirementView) =>
  useQuery({
    queryKey: queryKeys.retirement(id ?? ""),
    queryFn: id === undefined ? skipToken : ({ signal }) => getJson(`/api/retirements/${id}`, retirementView, signal),
    initialData,
    // The event stream says when; this is for a word of it that was lost while something is under way.
    refetchInterval: ({ state: { data } }) => (data && !isRetirementOver(data.state) ? LOOK_AGAIN_MS : false),
  });

/** One page of the retired services, the last retired first. */
export const useRetirements = (filter: { q: string; page: number }, initialData?: ListRetirementsResult) =>
  useQuery({
    queryKey: queryKeys.retirements(filter),
    queryFn: ({ signal }) =>
      getJson(`/api/retirements?q=${encodeURIComponent(filter.q)}&page=${filter.page}`, listRetirementsResult, signal),
    initialData,
    placeholderData: keepPreviousData,
  });

const useConfirmed = (path: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (confirmed: Confirmation) => sendJson("POST", path, confirmed, retireResult),
    onSuccess: () => client.invalidateQueries({ queryKey: ["in-flight"] }),
  });
};

/** Confirms that a service is to go. */
export const useRetire = (app: string) => useConfirmed(`/api/apps/${app}/retirement`);

/** Goes on from a retirement that failed, or removes what one kept. */
export const useRetireAgain = (id: string) => useConfirmed(`/api/retirements/${id}/again`);
