"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { AppView } from "#lib/apps/schema";
import { listPinnedLogsResult, type PinLogInput, pinLogResult, pinnedLogView } from "#lib/logs/pin-schema";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

/** What was pinned of a service's logs, newest first. */
export const usePinnedLogs = (app: AppView, environment: string, page: number) =>
  useQuery({
    queryKey: queryKeys.pinnedLogs(app.name, { environment, page }),
    queryFn: ({ signal }) =>
      getJson(`/api/apps/${app.name}/logs/pins?environment=${environment}&page=${page}`, listPinnedLogsResult, signal),
    enabled: environment !== "",
    placeholderData: keepPreviousData,
  });

export const usePinnedLog = (app: AppView, id: string) =>
  useQuery({
    queryKey: queryKeys.pinnedLogs(app.name, { id }),
    queryFn: ({ signal }) => getJson(`/api/apps/${app.name}/logs/pins/${id}`, pinnedLogView, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Keeps lines as evidence; answers where. */
export function usePinLog(app: AppView) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Omit<PinLogInput, "app">) =>
      sendJson("POST", `/api/apps/${app.name}/logs/pins`, input, pinLogResult),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.pinnedLogs(app.name).slice(0, 2) }),
  });
}
