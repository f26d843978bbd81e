"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  type BuildView,
  buildView,
  type CreateBuildInput,
  createBuildResult,
  type ListBuildsResult,
  listBuildsResult,
} from "#lib/builds/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const LOOK_AGAIN_MS = 10_000;

export const isOver = (state: BuildView["state"]): boolean => ["succeeded", "failed", "cancelled"].includes(state);

/** One page of an app's builds, newest first. */
export const useBuilds = (app: string, page: number, initialData?: ListBuildsResult) =>
  useQuery({
    queryKey: queryKeys.builds(app, { page }),
    queryFn: ({ signal }) => getJson(`/api/apps/${app}/builds?page=${page}`, listBuildsResult, signal),
    placeholderData: keepPreviousData,
    initialData: page === 1 ? initialData : undefined,
  });

/** A build with its steps and stages, live. */
export const useBuild = (id: string, initialData?: BuildView) =>
  useQuery({
    queryKey: queryKeys.build(id),
    queryFn: ({ signal }) => getJson(`/api/builds/${id}`, buildView, signal),
    enabled: id !== "",
    initialData,
    // The event stream says when; this is for a word of it that was lost while something is under way.
    refetchInterval: ({ state: { data } }) => (data && !isOver(data.state) ? LOOK_AGAIN_MS : false),
  });

/** Asks for a build; the same key asked twice makes one. */
export function useRequestBuild(app: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: CreateBuildInput) => sendJson("POST", `/api/apps/${app}/builds`, input, createBuildResult),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.app(app) }),
  });
}

/** Asks Jenkins to stop; the build says "cancelling" until Jenkins has confirmed. */
export function useCancelBuild(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson("POST", `/api/builds/${id}/cancel`, {}, null),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.build(id) }),
  });
}
