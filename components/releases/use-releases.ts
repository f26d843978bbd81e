"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  type CreateReleaseInput,
  createReleaseResult,
  listReleasesResult,
  type ReleaseIntent,
  type ReleaseView,
  releasePreview,
  releaseView,
} from "#lib/releases/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const LOOK_AGAIN_MS = 10_000;

export const isReleaseOver = (state: ReleaseView["state"]): boolean =>
  ["done", "failed", "aborted", "superseded"].includes(state);

/** One page of an app's releases in an environment, newest first. */
export const useReleases = (app: string, environment: string, page: number) =>
  useQuery({
    queryKey: queryKeys.releases(app, { environment, page }),
    queryFn: ({ signal }) =>
      getJson(`/api/apps/${app}/releases?environment=${environment}&page=${page}`, listReleasesResult, signal),
    enabled: environment !== "",
    placeholderData: keepPreviousData,
  });

/** A release with its steps and pods, live. */
export const useRelease = (id: string, initialData?: ReleaseView) =>
  useQuery({
    queryKey: queryKeys.release(id),
    queryFn: ({ signal }) => getJson(`/api/releases/${id}`, releaseView, signal),
    enabled: id !== "",
    initialData,
    // The event stream says when; this is for a word of it that was lost while something is under way.
    refetchInterval: ({ state: { data } }) => (data && !isReleaseOver(data.state) ? LOOK_AGAIN_MS : false),
  });

/** What would change, from the cluster's own dry run; asked again whenever the intent changes. */
export const useReleasePreview = (app: string, intent: ReleaseIntent | null) =>
  useQuery({
    queryKey: queryKeys.releasePreview(app, intent ?? {}),
    queryFn: ({ signal }) => sendJson("POST", `/api/apps/${app}/releases/preview`, intent, releasePreview, signal),
    enabled: intent !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

export function useCreateRelease(app: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: CreateReleaseInput) =>
      sendJson("POST", `/api/apps/${app}/releases`, input, createReleaseResult),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.app(app) }),
    // Also when it was refused: what came in between is then to be seen.
    onSettled: () => void client.invalidateQueries({ queryKey: queryKeys.settings(app) }),
  });
}

/** Stops a release and restores what ran before; holds its rollout; lets it go on; ends a trial with all requests. */
export function useReleaseVerb(id: string, verb: "abort" | "pause" | "resume" | "promote") {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson("POST", `/api/releases/${id}/${verb}`, {}, null),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.release(id) }),
  });
}
