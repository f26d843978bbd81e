"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
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

/** A retirement with its steps and its proof, live. */
export const useRetirement = (id: string, initialData?: RetirementView) =>
  useQuery({
    queryKey: queryKeys.retirement(id),
    queryFn: ({ signal }) => getJson(`/api/retirements/${id}`, retirementView, signal),
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
