/**
 * Writes a page's filter into the address, without the server painting the page again; the environment in it stays. `next`
 * is given the address as it is, not as it was drawn: of two changes at once the second must not take back the first.
 */
export function replaceQuery(next: (now: URLSearchParams) => URLSearchParams): void {
  const { pathname, search } = window.location;
  const now = new URLSearchParams(search);
  const query = next(now);
  const environment = now.get("environment");
  if (environment) query.set("environment", environment);
  window.history.replaceState(null, "", query.size > 0 ? `${pathname}?${query}` : pathname);
}
