import { type Exchange, json, type Reply } from "../platform/exchange.ts";
import { type Gitlab } from "./context.ts";
import { invalidRequest } from "./refusals.ts";

const COUNTED_ROWS = 10_000;
const DEEPEST_OFFSET = 50_000;

interface Listing<T> {
  rows: T[];
  view: (row: T) => unknown;
  /** The value that keyset paging continues after; without it the listing only knows offsets. */
  keyOf?: (row: T) => string | number;
  keyName?: "id_after" | "id_before" | "page_token";
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
  if (exchange.query.get("pagination") === "keyset" && listing.keyOf)
    return keysetPage(exchange, listing, perPage, link);

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

/** Keyset paging knows the next page only, by the last row's key; the listing is sorted by that key already. */
async function keysetPage<T>(
  exchange: Exchange,
  { rows, view, keyOf = () => 0, keyName = "page_token" }: Listing<T>,
  perPage: number,
  link: (changes: Record<string, string>, rel: string) => string,
): Promise<Reply> {
  const after = exchange.query.get(keyName);
  const start = after === null ? 0 : rows.findIndex((row) => String(keyOf(row)) === after) + 1;
  const shown = rows.slice(start, start + perPage);
  const last = shown.at(-1);
  const more = start + perPage < rows.length && last !== undefined;
  return json(
    200,
    await Promise.all(shown.map(view)),
    more ? { link: link({ [keyName]: String(keyOf(last)) }, "next") } : {},
  );
}

function positive(exchange: Exchange, name: string, fallback: number): number {
  const given = exchange.query.get(name);
  if (given === null || given === "") return fallback;
  const value = Number(given);
  if (!Number.isInteger(value)) throw invalidRequest(`${name} is invalid`);
  return Math.max(1, value);
}
