"use client";

import { useTranslations } from "use-intl";
import { useErrorText } from "../shell/use-error-text.ts";

type Search = { isFetching: boolean; error: Error | null; data?: { rows: unknown[]; more: boolean } };

/** The line under a live search: what it is doing, or why it has no answer. Unreachable is not "nothing found". */
export function SearchNote({ search, query }: { search: Search; query: string }) {
  const t = useTranslations("create.source");
  const errorText = useErrorText();
  if (search.error) return errorText(search.error);
  if (search.isFetching && search.data === undefined) return t("searching");
  if (search.data?.rows.length === 0 && !search.isFetching) return t("nothing", { q: query });
  return search.data?.more ? t("more") : null;
}
