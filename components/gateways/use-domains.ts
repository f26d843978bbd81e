"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { Domain } from "#lib/apps/spec/domain-rules";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

const schemas = () => import("#lib/releases/domains/schema");
const path = (environmentId: string) => `/api/environments/${environmentId}/domains`;

/** The domains of an environment, each with what uses it. */
export const useDomains = (environmentId: string) =>
  useQuery({
    queryKey: queryKeys.domains(environmentId),
    queryFn: ({ signal }) => getJson(path(environmentId), () => schemas().then((module) => module.domainsView), signal),
  });

type DomainChange = { do: "set"; domain: Domain } | { do: "remove"; domain: Pick<Domain, "name"> };

/** Allows a domain, changes what is meant by it, or takes it away. Forms of the whole console know it afterwards. */
export function useChangeDomain(environmentId: string) {
  const client = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: (change: DomainChange) => {
      const at = `${path(environmentId)}/${encodeURIComponent(change.domain.name)}`;
      if (change.do === "remove") return sendJson("DELETE", at, undefined, null);
      const { below, tlsSecret } = change.domain;
      return sendJson("PUT", at, { below, tlsSecret }, null);
    },
    onSuccess: async () => {
      router.refresh();
      await Promise.all(
        [queryKeys.domains(environmentId), ["settings"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
  });
}
