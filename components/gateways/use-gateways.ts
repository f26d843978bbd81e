"use client";

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import type { GatewayMove } from "#lib/apps/spec/gateway-rules";
import type { CreateMoveInput, GatewaysView } from "#lib/releases/gateway/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { replaceQuery } from "../shell/change-query.ts";
import { queryKeys } from "../shell/query-keys.ts";
import { type RoutesFilter, readRoutesFilter, toQuery } from "./routes-filter.ts";

const schemas = () => import("#lib/releases/gateway/schema");
/** What the worker sees of the gateways reaches no event stream. */
const LOOK_AGAIN_MS = 15_000;

/** The filter lives in the address, so that it can be sent to a colleague and survives "back". */
export function useRoutesFilter(): [RoutesFilter, (part: Partial<RoutesFilter>) => void] {
  const query = useSearchParams();
  const change = useCallback(
    (part: Partial<RoutesFilter>) =>
      replaceQuery((now) => toQuery({ ...readRoutesFilter(Object.fromEntries(now)), page: 1, ...part })),
    [],
  );
  return [readRoutesFilter(Object.fromEntries(query)), change];
}

export type FirstGateways = { environmentId: string; filter: RoutesFilter; view: GatewaysView; at: string };

/** An environment's gateways and one page of its routes; `first` is what the server painted. */
export function useGateways(environmentId: string, filter: RoutesFilter, first: FirstGateways | null) {
  const same =
    first?.environmentId === environmentId && first.filter.q === filter.q && first.filter.page === filter.page;
  return useQuery({
    queryKey: queryKeys.gateways(environmentId, filter),
    queryFn: ({ signal }) => {
      const view = schemas().then((module) => module.gatewaysView);
      return getJson(`/api/environments/${environmentId}/gateways?${toQuery(filter)}`, () => view, signal);
    },
    initialData: same ? first.view : undefined,
    initialDataUpdatedAt: same ? new Date(first.at).getTime() : undefined,
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** What a move would come to; asked anew whenever the dialog opens. */
export const usePreviewMove = (environmentId: string, to: GatewayMove) =>
  useQuery({
    queryKey: queryKeys.gatewayMove(environmentId, to),
    queryFn: ({ signal }) =>
      getJson(
        `/api/environments/${environmentId}/gateway-moves?to=${to}`,
        () => schemas().then((module) => module.movePreview),
        signal,
      ),
  });

export const useCreateMove = () =>
  useMutation({
    mutationFn: ({ id, ...input }: CreateMoveInput) =>
      sendJson("POST", `/api/environments/${id}/gateway-moves`, input, () =>
        schemas().then((module) => module.createMoveResult),
      ),
  });
