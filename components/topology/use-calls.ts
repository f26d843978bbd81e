"use client";

import { useQuery } from "@tanstack/react-query";
import { callsView } from "#lib/topology/calls-schema";
import { getJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

/** Calls between services make no events: a picture of them is asked for anew. */
const AGAIN_MS = 15_000;

/** Who calls whom in an environment, as of now. */
export const useCalls = (environmentId: string) =>
  useQuery({
    queryKey: queryKeys.calls(environmentId),
    queryFn: ({ signal }) => getJson(`/api/environments/${environmentId}/calls`, callsView, signal),
    refetchInterval: AGAIN_MS,
  });
