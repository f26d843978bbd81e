"use client";

import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData, spotlight } from "@mantine/spotlight";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Plus, RotateCw, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { listAppsResult } from "#lib/apps/schema";
import { LanguageChip } from "../ui/language-chip.tsx";
import { getJson } from "./api.ts";
import classes from "./palette.module.css";
import { queryKeys } from "./query-keys.ts";
import { RAIL_ITEMS } from "./rail-items.ts";
import { useErrorText } from "./use-error-text.ts";

const TYPING_MS = 150;
const MOST_SERVICES = 8;
/** The action that stands where services could not be read. */
const READ_AGAIN = "read-again";

/** Jump to a service or page, or begin something, from the keyboard. */
export function PaletteDialog({ openedAt }: { openedAt: number }) {
  const t = useTranslations("shell");
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const services = useServices(typed);
  useEffect(() => spotlight.open(), [openedAt]);
  useFirstSelected(typed, services.actions);

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
      // Also what the server found: until it answers, what is shown is of the letters before.
      filter={(query, actions) =>
        actions.filter((action) => "actions" in action || action.id === READ_AGAIN || fits(action, query))
      }
      actions={[...services.actions, ...pages, create]}
      query={typed}
      onQueryChange={setTyped}
      shortcut={null}
      nothingFound={t(services.settled ? "nothingFound" : "searching")}
      scrollable
      maxHeight="60dvh"
      overlayProps={{ blur: 0 }}
      highlightQuery
      attributes={{ content: { "aria-label": t("search") } }}
      classNames={{
        content: classes.content,
        overlay: classes.overlay,
        actionsList: classes.list,
        action: classes.action,
        search: classes.input,
      }}
      searchProps={{
        leftSection: <Search size={16} strokeWidth={1.5} />,
        placeholder: t("search"),
        "aria-label": t("search"),
      }}
    />
  );
}

const fits = ({ label, description }: SpotlightActionData, query: string): boolean =>
  [label, description].some((text) => text?.toLowerCase().includes(query.trim().toLowerCase()));

/**
 * Enter goes to the first that fits. Mantine selects it when a letter is typed; what the server finds comes later, and takes
 * the place of what was selected.
 */
function useFirstSelected(typed: string, found: readonly SpotlightActionData[]): void {
  useEffect(() => {
    const actions = [...document.querySelectorAll(`.${classes.list} [data-action]`)];
    if (typed.trim() === "" || actions.some((action) => action.hasAttribute("data-selected"))) return;
    actions[0]?.setAttribute("data-selected", "true");
  }, [typed, found]);
}

/** Services that fit what is typed, or why they are not known; `settled` once the server has answered for just that. */
function useServices(typed: string): { actions: SpotlightActionData[]; settled: boolean } {
  const t = useTranslations("errors");
  const errorText = useErrorText();
  const router = useRouter();
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS);
  const filter = { q, pageSize: String(MOST_SERVICES), sort: "name" };
  const { data, isPlaceholderData, error, refetch } = useQuery({
    queryKey: queryKeys.apps(filter),
    queryFn: ({ signal }) => getJson(`/api/apps?${new URLSearchParams(filter)}`, listAppsResult, signal),
    placeholderData: keepPreviousData,
  });
  const actions = (data?.rows ?? []).map(({ name, displayName, language, team }) => ({
    id: `app:${name}`,
    label: name,
    description: displayName ?? undefined,
    leftSection: <LanguageChip language={language} />,
    rightSection: <span className="k-small k-quiet">{team}</span>,
    onClick: () => router.push(`/services/${name}`),
  }));
  const readAgain: SpotlightActionData = {
    id: READ_AGAIN,
    label: errorText(error),
    leftSection: <RotateCw size={16} strokeWidth={1.5} />,
    rightSection: <span className="k-small k-quiet">{t("retry")}</span>,
    closeSpotlightOnTrigger: false,
    onClick: () => void refetch(),
  };
  if (error !== null) return { actions: [readAgain], settled: true };
  return { actions, settled: data !== undefined && !isPlaceholderData && q === typed.trim() };
}
