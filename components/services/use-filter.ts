"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { useSelection } from "../shell/selection.tsx";
import { readFilter, type ServicesFilter, toQuery } from "./services-filter.ts";

/** The filter lives in the address, so that it can be sent to a colleague and survives "back". */
export function useFilter(): [ServicesFilter, (part: Partial<ServicesFilter>) => void] {
  const query = useSearchParams();
  const { team } = useSelection();
  const inAddress = Object.fromEntries(query);
  const filter = readFilter(inAddress, team?.slug ?? null);
  const change = useCallback(
    (part: Partial<ServicesFilter>) => {
      const own = readFilter(Object.fromEntries(query), null);
      const next = toQuery({ ...own, page: 1, ...part });
      const environment = query.get("environment");
      if (environment) next.set("environment", environment);
      // The list is read by the browser: no need for the server to paint the page again.
      window.history.replaceState(null, "", next.size > 0 ? `/services?${next}` : "/services");
    },
    [query],
  );
  return [filter, change];
}
