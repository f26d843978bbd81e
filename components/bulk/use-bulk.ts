"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import {
  type BulkView,
  bulkPreview,
  bulkView,
  type CreateBulkInput,
  createBulkResult,
  type MeshMode,
} from "#lib/releases/bulk/schema";
import { isReleaseOver } from "../releases/use-releases.ts";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const LOOK_AGAIN_MS = 5_000;

/** Has every service come to an end: a release that is over, or a reason why it has none? */
export const isBulkOver = ({ items }: BulkView): boolean =>
  items.every(({ release, error }) => (release ? isReleaseOver(release.state) : error !== null));

export const useCreateBulk = () =>
  useMutation({
    mutationFn: (input: CreateBulkInput) => sendJson("POST", "/api/bulk-changes", input, createBulkResult),
  });

/** What a switch of their mesh mode would come to; asked anew whenever the dialog opens, and not for another change. */
export const usePreviewBulk = (environmentId: string, appIds: string[], meshMode: MeshMode | undefined) =>
  useQuery({
    enabled: meshMode !== undefined,
    queryKey: queryKeys.bulkPreview(environmentId, meshMode ?? null, appIds),
    queryFn: () => sendJson("POST", "/api/bulk-changes/preview", { environmentId, appIds, meshMode }, bulkPreview),
    gcTime: 0,
    retry: false,
  });

/** What became of each service, live. */
export const useBulk = (id: string) =>
  useQuery({
    queryKey: queryKeys.bulk(id),
    queryFn: ({ signal }) => getJson(`/api/bulk-changes/${id}`, bulkView, signal),
    // The event stream says when; this is for a word of it that was lost.
    refetchInterval: ({ state: { data } }) => (data && isBulkOver(data) ? false : LOOK_AGAIN_MS),
  });
