"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type AppEnvironmentView, type AppView, appView } from "#lib/apps/schema";
import { eventList, podList } from "#lib/clusters/schema";
import { driftView } from "#lib/releases/drift/schema";
import { hasGone, retirementIn } from "../retire/use-retirement.ts";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

/** How old a picture is, is told by it alone: where nothing changes it is read again all the same. */
const LOOK_AGAIN_MS = 30_000;

/** The service with its environments, set-up steps and ledger, live until it has gone. */
export function useService(initial: AppView) {
  const { id, name } = initial;
  const client = useQueryClient();
  const isThere = (app: AppView | undefined) => !hasGone(app && retirementIn(client, app));
  return useQuery({
    queryKey: queryKeys.app(name, id),
    queryFn: ({ signal }) => getJson(`/api/apps/${name}`, appView, signal),
    initialData: initial,
    enabled: ({ state: { data } }) => isThere(data),
    refetchInterval: ({ state: { data } }) => (isThere(data) ? LOOK_AGAIN_MS : false),
    meta: { appId: id },
  });
}

/** Its pods in an environment, as the watch last saw them. */
export const usePods = (app: AppView, environment: string) =>
  useQuery({
    queryKey: queryKeys.pods(app.name, environment),
    queryFn: ({ signal }) => getJson(`/api/apps/${app.name}/pods?environment=${environment}`, podList, signal),
    enabled: environment !== "",
    meta: { appId: app.id },
  });

/** What Kubernetes reported about it in the last day. */
export const useKubernetesEvents = (app: AppView, environment: string) =>
  useQuery({
    queryKey: queryKeys.kubernetesEvents(app.name, environment),
    queryFn: ({ signal }) =>
      getJson(`/api/apps/${app.name}/kubernetes-events?environment=${environment}`, eventList, signal),
    enabled: environment !== "",
    meta: { appId: app.id },
  });

/**
 * What stands there beside what its last release applied. Asked for again when a release has ended or when the watch saw
 * that somebody took or lost a field, not with every pod that comes and goes.
 */
export const useDrift = (app: AppView, place: AppEnvironmentView | undefined) =>
  useQuery({
    queryKey: queryKeys.drift(app.name, place?.environment, [place?.currentRelease, place?.ownership]),
    queryFn: ({ signal }) =>
      getJson(`/api/apps/${app.name}/drift?environment=${place?.environment}`, driftView, signal),
    enabled: place !== undefined && place.currentRelease !== null && place.inFlightRelease === null,
    // What is known stays while it is asked for again, but never another environment's.
    placeholderData: (before, query) => (query?.queryKey[2] === place?.environment ? before : undefined),
  });

/** Sets up again what failed: repository, webhook, pipeline. */
export function useRetryProvision(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson("POST", `/api/apps/${name}/provision`, {}, null),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.app(name) }),
  });
}
