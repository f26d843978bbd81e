import { type ListReleasesInput, listReleasesInput } from "#lib/releases/schema";

/** The list's part of the address; the environment is the switcher's unless all are wanted. */
export type HistoryFilter = Pick<ListReleasesInput, "kind" | "state" | "by" | "q" | "page"> & { everywhere: boolean };

const NAMES = ["kind", "state", "by", "q", "page"] as const;
const EVERYWHERE = "everywhere";

/** What is not understood is left out: a mistyped filter shows too much, not nothing. */
export function readHistoryFilter(query: URLSearchParams): HistoryFilter {
  const filter: HistoryFilter = { page: 1, everywhere: query.get(EVERYWHERE) !== null };
  for (const name of NAMES) {
    const parsed = listReleasesInput.shape[name].safeParse(query.get(name) ?? undefined);
    if (parsed.success) Object.assign(filter, { [name]: parsed.data });
  }
  return filter;
}

export const isFiltered = ({ kind, state, by, q }: HistoryFilter): boolean => Boolean(kind ?? state ?? by) || !!q;

/** As a query string, for the address and for the API: what is at its default is left out. */
export function toQuery({ everywhere, page, ...rest }: HistoryFilter): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) if (value) query.set(name, value);
  if (page > 1) query.set("page", String(page));
  if (everywhere) query.set(EVERYWHERE, "");
  return query;
}
