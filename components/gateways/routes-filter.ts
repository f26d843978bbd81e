/** The routes' part of the address. */
export type RoutesFilter = { q: string; page: number };

const LONGEST_Q = 100;

/** What is not understood is left out: a mistyped filter shows too much, not nothing. */
export function readRoutesFilter({ q, page: asked }: Record<string, string | string[] | undefined>): RoutesFilter {
  const page = Number(asked);
  return {
    q: typeof q === "string" ? q.slice(0, LONGEST_Q) : "",
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** As a query string, for the address and for the API: what is at its default is left out. */
export function toQuery({ q, page }: RoutesFilter): URLSearchParams {
  const query = new URLSearchParams();
  if (q !== "") query.set("q", q);
  if (page > 1) query.set("page", String(page));
  return query;
}
