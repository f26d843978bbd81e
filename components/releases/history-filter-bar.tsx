"use client";

import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Search } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { BY_KEPLER, type ListReleasesResult, RELEASE_KINDS, RELEASE_STATES } from "#lib/releases/schema";
import { ChoiceChip } from "../services/choice-chip.tsx";
import type { HistoryFilter } from "./history-filter.ts";
import classes from "./releases.module.css";

type Props = {
  filter: HistoryFilter;
  people: ListReleasesResult["people"];
  onChange: (part: Partial<HistoryFilter>) => void;
};

const TYPING_MS = 200;

/** Text, kind, state, person, and whether all environments are shown. */
export function HistoryFilterBar({ filter, people, onChange }: Props) {
  const t = useTranslations("control.filter");
  const kinds = useTranslations("releases.kind");
  const states = useTranslations("states.release");
  const releases = useTranslations("releases");
  const [typed, setTyped] = useState(filter.q ?? "");
  const search = useDebouncedCallback((q: string) => onChange({ q }), TYPING_MS);
  return (
    <>
      <TextInput
        size="xs"
        type="search"
        className={classes.find}
        leftSection={<Search size={14} strokeWidth={1.5} aria-hidden />}
        aria-label={t("find")}
        placeholder={t("find")}
        value={typed}
        maxLength={80}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <ChoiceChip
        label={t("kind")}
        value={filter.kind}
        choices={RELEASE_KINDS.map((value) => ({ value, label: kinds(value) }))}
        onChange={(kind) => onChange({ kind })}
      />
      <ChoiceChip
        label={t("state")}
        value={filter.state}
        choices={RELEASE_STATES.map((value) => ({ value, label: states(value) }))}
        onChange={(state) => onChange({ state })}
      />
      <ChoiceChip
        label={t("by")}
        value={filter.by}
        choices={[
          ...people.map(({ id, name }) => ({ value: id, label: name })),
          { value: BY_KEPLER, label: releases("system") },
        ]}
        onChange={(by) => onChange({ by })}
      />
      <ChoiceChip
        label={t("where")}
        value={filter.everywhere ? "everywhere" : undefined}
        choices={[{ value: "everywhere", label: t("everywhere") }]}
        onChange={(where) => onChange({ everywhere: where !== undefined })}
      />
    </>
  );
}
