"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { replaceQuery } from "../shell/change-query.ts";
import { useSelection } from "../shell/selection.tsx";
import { readFilter, type ServicesFilter, toQuery } from "./services-filter.ts";

/** The filter lives in the address, so that it can be sent to a colleague and survives "back". */
export function useFilter(): [ServicesFilter, (part: Partial<ServicesFilter>) => void] {
  const query = useSearchParams();
  const { team } = useSelection();
  const inAddress = Object.fromEntries(query);
  const filter = readFilter(inAddress, team?.slug ?? null);
  const change = useCallback(
    (part: Partial<ServicesFilter>) =>
      replaceQuery((now) => toQuery({ ...readFilter(Object.fromEntries(now), null), page: 1, ...part })),
    [],
  );
  return [filter, change];
}
