import { z } from "zod";
import { APP_SORTS, HEALTH_STATES, LANGUAGES, type ListAppsInput } from "#lib/apps/schema";

const PAGE_SIZE = 50;

/** The list's part of the address. What is not understood is left out: a mistyped filter shows too much, not nothing. */
const filterQuery = z.object({
  q: z.string().max(80).catch(""),
  team: z.string().max(80).optional().catch(undefined),
  language: z.enum(LANGUAGES).optional().catch(undefined),
  health: z.enum(HEALTH_STATES).optional().catch(undefined),
  sort: z.enum(APP_SORTS).catch("trouble"),
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
});
export type ServicesFilter = z.output<typeof filterQuery>;

/** From the address; the team of the switcher when the address names none. */
export function readFilter(query: Record<string, unknown>, team: string | null): ServicesFilter {
  const filter = filterQuery.parse(query);
  return { ...filter, team: filter.team ?? team ?? undefined };
}

export const toListInput = (filter: ServicesFilter): ListAppsInput => ({ ...filter, pageSize: PAGE_SIZE });

/** As a query string for GET /api/apps and for the address: what is at its default is left out. */
export function toQuery(filter: Partial<ServicesFilter>): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.q) query.set("q", filter.q);
  if (filter.team) query.set("team", filter.team);
  if (filter.language) query.set("language", filter.language);
  if (filter.health) query.set("health", filter.health);
  if (filter.sort && filter.sort !== "trouble") query.set("sort", filter.sort);
  if (filter.page && filter.page > 1) query.set("page", String(filter.page));
  return query;
}

export const isFiltered = ({ q, language, health }: ServicesFilter): boolean =>
  q !== "" || language !== undefined || health !== undefined;
