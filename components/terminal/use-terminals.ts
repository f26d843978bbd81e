"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { AppView } from "#lib/apps/schema";
import { listTerminalsResult, type TerminalPolicy, terminalView } from "#lib/terminal/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

/** What an environment asks of the next terminal, and the earlier ones, newest first. */
export const useTerminals = (app: AppView, environment: string, page: number, enabled: boolean) =>
  useQuery({
    queryKey: queryKeys.terminals(app.name, { environment, page }),
    queryFn: ({ signal }) =>
      getJson(`/api/apps/${app.name}/terminal?environment=${environment}&page=${page}`, listTerminalsResult, signal),
    enabled: enabled && environment !== "",
    placeholderData: keepPreviousData,
    meta: { appId: app.id },
  });

export const useTerminal = (app: AppView, id: string) =>
  useQuery({
    queryKey: queryKeys.terminals(app.name, { id }),
    queryFn: ({ signal }) => getJson(`/api/apps/${app.name}/terminal/${id}`, terminalView, signal),
    meta: { appId: app.id },
  });

/** What somebody else says to a terminal that waits for it. */
export function useDecideTerminal(app: AppView) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, agree }: { id: string; agree: boolean }) =>
      sendJson("POST", `/api/apps/${app.name}/terminal/${id}/decision`, { agree }, null),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.terminals(app.name).slice(0, 2) }),
  });
}

/** What an environment asks of terminals from now on; null = as its purpose has it. */
export function useSetTerminalPolicy(app: AppView, environmentId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (policy: TerminalPolicy | null) =>
      sendJson("PUT", `/api/environments/${environmentId}/terminal-policy`, { policy }, null),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.terminals(app.name).slice(0, 2) }),
  });
}

/** Ends a terminal from outside; the worker that holds it cuts it within seconds. */
export function useEndTerminal(app: AppView) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => sendJson("POST", `/api/apps/${app.name}/terminal/${id}/end`, {}, null),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.terminals(app.name).slice(0, 2) }),
  });
}
