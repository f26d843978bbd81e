/** Is given the address as it is, not as it was drawn: of two changes at once the second must not take back the first. */
type Change = (now: URLSearchParams) => URLSearchParams;

/** Writes a page's filter into the address, without the server painting the page again; the environment in it stays. */
export const replaceQuery = (change: Change): void => window.history.replaceState(null, "", changed(change));

/** The same as a step of its own, which Back takes back. */
export const pushQuery = (change: Change): void => window.history.pushState(null, "", changed(change));

function changed(change: Change): string {
  const { pathname, search } = window.location;
  const now = new URLSearchParams(search);
  const environment = now.get("environment");
  const query = change(now);
  if (environment) query.set("environment", environment);
  return query.size > 0 ? `${pathname}?${query}` : pathname;
}
