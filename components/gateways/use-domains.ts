"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const schemas = () => import("#lib/releases/domain-schema");
const path = (environmentId: string) => `/api/environments/${environmentId}/domains`;

/** The domains of an environment, each with what uses it. */
export const useDomains = (environmentId: string) =>
  useQuery({
    queryKey: queryKeys.domains(environmentId),
    queryFn: ({ signal }) => getJson(path(environmentId), () => schemas().then((module) => module.domainsView), signal),
  });

export type DomainChange = { name: string; below: boolean } | { name: string; below: null };

/** Allows a domain, or takes it away (`below` null). Forms of the whole console know it afterwards. */
export function useChangeDomain(environmentId: string) {
  const client = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: ({ name, below }: DomainChange) => {
      const at = `${path(environmentId)}/${encodeURIComponent(name)}`;
      return below === null ? sendJson("DELETE", at, undefined, null) : sendJson("PUT", at, { below }, null);
    },
    onSuccess: async () => {
      router.refresh();
      await Promise.all(
        [queryKeys.domains(environmentId), ["settings"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
  });
}
