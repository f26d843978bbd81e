"use client";

import { useQuery } from "@tanstack/react-query";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import { diagnosisView } from "#lib/diagnosis/schema";
import { useKubernetesEvents, usePods } from "../service/use-service.ts";
import { getJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

/** Not everything around pods reports its changes: what is on screen is asked again after so long. */
const ASKED_AGAIN_MS = 30_000;

/**
 * What is wrong with it, as the systems say when they are asked. They are asked again when a pod looks different or a new
 * warning is heard, not with every pointer that names the app.
 */
export function useDiagnosis(app: AppView, place: AppEnvironmentView | undefined) {
  const environment = place?.environment ?? "";
  const pods = usePods(app, environment).data?.rows ?? [];
  const events = useKubernetesEvents(app, environment).data?.rows ?? [];
  const seen = [
    ...pods.map(({ uid, status, ready, restarts }) => `${uid} ${status} ${ready} ${restarts}`).sort(),
    ...events.filter(({ type }) => type === "Warning").map(({ uid, count }) => `${uid} ${count}`),
  ];
  return useQuery({
    queryKey: queryKeys.diagnosis(app.name, environment, [place?.currentRelease, place?.inFlightRelease, ...seen]),
    queryFn: ({ signal }) =>
      getJson(`/api/apps/${app.name}/diagnosis?environment=${environment}`, diagnosisView, signal),
    enabled:
      place !== undefined && (place.currentRelease !== null || place.inFlightRelease !== null || pods.length > 0),
    placeholderData: (before, query) => (query?.queryKey[2] === environment ? before : undefined),
    refetchInterval: ASKED_AGAIN_MS,
    meta: { appId: app.id },
  });
}
