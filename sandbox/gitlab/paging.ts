import { type Exchange, json, type Reply } from "../platform/exchange.ts";
import { type Gitlab } from "./context.ts";
import { invalidRequest, refuse } from "./refusals.ts";

const COUNTED_ROWS = 10_000;
const DEEPEST_OFFSET = 50_000;

interface Listing<T> {
  rows: T[];
  view: (row: T) => unknown;
  /** How keyset paging continues: the parameter and the last row's value for it. Rows come in that order. */
  keyset?: { parameter: "id_after" | "id_before" | "page_token"; keyOf: (row: T) => string | number };
  /** Commit listings never say how many there are. */
  counted?: boolean;
}

/** One page of a listing, by offset or by keyset: https://docs.gitlab.com/api/rest/#pagination */
export async function page<T>(gitlab: Gitlab, exchange: Exchange, listing: Listing<T>): Promise<Reply> {
  const perPage = Math.min(positive(exchange, "per_page", 20), 100);
  const link = (changes: Record<string, string>, rel: string) => {
    const query = new URLSearchParams(exchange.query);
    for (const [name, value] of Object.entries({ per_page: String(perPage), ...changes })) query.set(name, value);
    return `<${gitlab.url}${exchange.path}?${query.toString()}>; rel="${rel}"`;
  };
  if (exchange.query.get("pagination") === "keyset" && listing.keyset) {
    return keysetPage(exchange, listing, listing.keyset, perPage, link);
  }

  const number = positive(exchange, "page", 1);
  const from = (number - 1) * perPage;
  if (from > DEEPEST_OFFSET)
    throw invalidRequest("Offset pagination has a maximum allowed offset of 50000; use keyset pagination", 405);
  const rows = listing.rows.slice(from, from + perPage);
  const total = listing.rows.length;
  const pages = Math.max(1, Math.ceil(total / perPage));
  const counted = listing.counted !== false && total <= COUNTED_ROWS;
  const links = [
    ...(number > 1 ? [link({ page: String(number - 1) }, "prev")] : []),
    ...(number < pages ? [link({ page: String(number + 1) }, "next")] : []),
    link({ page: "1" }, "first"),
    ...(counted ? [link({ page: String(pages) }, "last")] : []),
  ];
  return json(200, await Promise.all(rows.map(listing.view)), {
    link: links.join(", "),
    "x-page": String(number),
    "x-per-page": String(perPage),
    "x-next-page": number < pages ? String(number + 1) : "",
    "x-prev-page": number > 1 ? String(number - 1) : "",
    ...(counted ? { "x-total": String(total), "x-total-pages": String(pages) } : {}),
  });
}

/**
 * Keyset paging knows the next page only, by the last row's key. `id_after` and `id_before` are filters which the
 * listing has applied already; a `page_token` is looked up here.
 */
async function keysetPage<T>(
  exchange: Exchange,
  { rows, view }: Listing<T>,
  { parameter, keyOf }: NonNullable<Listing<T>["keyset"]>,
  perPage: number,
  link: (changes: Record<string, string>, rel: string) => string,
): Promise<Reply> {
  const token = parameter === "page_token" ? exchange.query.get(parameter) : null;
  const start = token === null ? 0 : rows.findIndex((row) => keyOf(row) === token) + 1;
  if (token !== null && start === 0) throw refuse(404, "404 Not found");
  const shown = rows.slice(start, start + perPage);
  const last = shown.at(-1);
  const more = start + perPage < rows.length && last !== undefined;
  return json(
    200,
    await Promise.all(shown.map(view)),
    more ? { link: link({ [parameter]: String(keyOf(last)) }, "next") } : {},
  );
}

function positive(exchange: Exchange, name: string, fallback: number): number {
  const given = exchange.query.get(name);
  if (given === null || given === "") return fallback;
  const value = Number(given);
  if (!Number.isInteger(value)) throw invalidRequest(`${name} is invalid`);
  return Math.max(1, value);
}
