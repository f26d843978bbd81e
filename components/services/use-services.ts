"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ListAppsResult } from "#lib/apps/schema";
import { getJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";
import { type ServicesFilter, toListInput, toQuery } from "./services-filter.ts";

const schema = () => import("#lib/apps/schema").then((module) => module.listAppsResult);

type First = { filter: ServicesFilter; result: ListAppsResult; at: string };

/** One page of the services list, kept true by the event stream; `first` is what the server painted. */
export function useServices(filter: ServicesFilter, first: First) {
  const same = JSON.stringify(filter) === JSON.stringify(first.filter);
  return useQuery({
    queryKey: queryKeys.apps(filter),
    queryFn: ({ signal }) => {
      const query = toQuery(filter);
      query.set("pageSize", String(toListInput(filter).pageSize));
      return getJson(`/api/apps?${query}`, schema, signal);
    },
    initialData: same ? first.result : undefined,
    initialDataUpdatedAt: new Date(first.at).getTime(),
    placeholderData: keepPreviousData,
  });
}
