"use client";

import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData, spotlight } from "@mantine/spotlight";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Plus, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { listAppsResult } from "#lib/apps/schema";
import { LanguageChip } from "../ui/language-chip.tsx";
import { getJson } from "./api.ts";
import classes from "./palette.module.css";
import { queryKeys } from "./query-keys.ts";
import { RAIL_ITEMS } from "./rail-items.ts";

const TYPING_MS = 150;
const MOST_SERVICES = 8;

/** Jump to a service or page, or begin something, from the keyboard. */
export function PaletteDialog({ openedAt }: { openedAt: number }) {
  const t = useTranslations("shell");
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const services = useServices(typed);
  useEffect(() => spotlight.open(), [openedAt]);

  const go = (href: string) => () => router.push(href);
  const pages: SpotlightActionData[] = RAIL_ITEMS.map(({ href, key, icon: Icon }) => ({
    id: key,
    label: t(`rail.${key}`),
    leftSection: <Icon size={16} strokeWidth={1.5} />,
    onClick: go(href),
  }));
  const create: SpotlightActionData = {
    id: "create",
    label: t("createService"),
    leftSection: <Plus size={16} strokeWidth={1.5} />,
    onClick: go("/services/new"),
  };
  return (
    <Spotlight
      // What the server found is all shown; our own few are filtered here.
      filter={(query, actions) =>
        actions.filter(
          (action) =>
            "actions" in action ||
            String(action.id).startsWith("app:") ||
            String(action.label).toLowerCase().includes(query.trim().toLowerCase()),
        )
      }
      actions={[...services, ...pages, create]}
      query={typed}
      onQueryChange={setTyped}
      shortcut={null}
      nothingFound={t("nothingFound")}
      scrollable
      maxHeight="60dvh"
      overlayProps={{ blur: 0 }}
      highlightQuery
      attributes={{ content: { "aria-label": t("search") } }}
      classNames={{ content: classes.content, overlay: classes.overlay, action: classes.action, search: classes.input }}
      searchProps={{
        leftSection: <Search size={16} strokeWidth={1.5} />,
        placeholder: t("search"),
        "aria-label": t("search"),
      }}
    />
  );
}

function useServices(typed: string): SpotlightActionData[] {
  const router = useRouter();
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS);
  const filter = { q, pageSize: String(MOST_SERVICES), sort: "name" };
  const { data } = useQuery({
    queryKey: queryKeys.apps(filter),
    queryFn: ({ signal }) => getJson(`/api/apps?${new URLSearchParams(filter)}`, listAppsResult, signal),
    placeholderData: keepPreviousData,
  });
  return (data?.rows ?? []).map(({ name, displayName, language, team }) => ({
    id: `app:${name}`,
    label: name,
    description: displayName ?? undefined,
    leftSection: <LanguageChip language={language} />,
    rightSection: <span className="k-small k-quiet">{team}</span>,
    onClick: () => router.push(`/services/${name}`),
  }));
}
