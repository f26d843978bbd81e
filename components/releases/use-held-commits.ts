"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { type HeldCommitView, heldCommitView, type LiftHoldInput } from "#lib/releases/hold/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const heldCommits = z.object({ rows: z.array(heldCommitView) });

/** The commits of a service that nothing releases by itself, live; none until they are known. */
export function useHeldCommits(app: { id: string; name: string }): HeldCommitView[] {
  const { data } = useQuery({
    queryKey: queryKeys.heldCommits(app.name),
    queryFn: ({ signal }) => getJson(`/api/apps/${app.name}/held-commits`, heldCommits, signal),
    meta: { appId: app.id },
  });
  return data?.rows ?? [];
}

/** Lifts a hold; previews that it stood in are made again. */
export function useLiftHold(app: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: LiftHoldInput) => sendJson("POST", `/api/apps/${app}/held-commits/lift`, input, null),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: queryKeys.heldCommits(app) }),
        client.invalidateQueries({ queryKey: ["release-preview", app] }),
      ]),
  });
}
