"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { type MoveLeaseInput, type ScaleLeaseView, scaleLeaseView } from "#lib/releases/lease/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const leases = z.object({ rows: z.array(scaleLeaseView) });

/** The lease that is on in an environment, live; undefined where none is. */
export function useLease(app: { id: string; name: string }, environmentId: string | undefined) {
  const { data } = useQuery({
    queryKey: queryKeys.leases(app.name),
    queryFn: ({ signal }) => getJson(`/api/apps/${app.name}/scale-leases`, leases, signal),
    meta: { appId: app.id },
  });
  return data?.rows.find((lease: ScaleLeaseView) => lease.environmentId === environmentId);
}

/** Moves its end, or ends it now. */
export function useMoveLease(app: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: MoveLeaseInput) => sendJson("PUT", `/api/apps/${app}/scale-leases`, input, null),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.leases(app) }),
  });
}
