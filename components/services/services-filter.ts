import type { HealthState, Language, ListAppsInput } from "#lib/apps/schema";
import { GLYPH_OF } from "../ui/known-states.ts";
import { LANGUAGE_NAMES } from "../ui/language-chip.tsx";

const PAGE_SIZE = 50;
const LONGEST_SEARCH = 80;

// Keys of what has an entry for every one: the lists of lib/apps/schema would bring the schemas into the first load.
export const HEALTHS = Object.keys(GLYPH_OF.health) as HealthState[];
export const LANGUAGES = Object.keys(LANGUAGE_NAMES) as Language[];
export const SORTS = ["trouble", "name", "released"] as const satisfies readonly ListAppsInput["sort"][];

/** The list's part of the address. */
export type ServicesFilter = Omit<ListAppsInput, "environment" | "pageSize">;

/**
 * From the address; the team of the switcher when the address names none. What is not understood is left out: a
 * mistyped filter shows too much, not nothing.
 */
export function readFilter(query: Record<string, unknown>, team: string | null): ServicesFilter {
  const text = (name: string): string | undefined => {
    const value = query[name];
    return typeof value === "string" && value.length <= LONGEST_SEARCH ? value : undefined;
  };
  const page = Number(text("page") ?? 1);
  return {
    q: text("q") ?? "",
    team: text("team") ?? team ?? undefined,
    language: LANGUAGES.find((language) => language === text("language")),
    health: HEALTHS.find((health) => health === text("health")),
    sort: SORTS.find((sort) => sort === text("sort")) ?? "trouble",
    page: Number.isInteger(page) && page >= 1 && page <= 10_000 ? page : 1,
  };
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
