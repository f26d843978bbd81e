"use client";

import { Combobox, ScrollArea, useCombobox } from "@mantine/core";
import { Check, ChevronsUpDown } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { MOST_PODS } from "#lib/logs/schema";
import classes from "./pod-picker.module.css";

type Props = {
  /** All that there are, and those of the address that have gone. */
  pods: readonly string[];
  /** None = all of them. */
  chosen: readonly string[];
  onChoose: (pods: string[]) => void;
  /** Those that are too many to be followed with the others. */
  leftOut: readonly string[];
};

/** Which pods' logs are followed: all, or those that one ticks; found by a part of their names. */
export function PodPicker({ pods, chosen, onChoose, leftOut }: Props) {
  const t = useTranslations("logs");
  const noteId = useId();
  const [query, setQuery] = useState("");
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setQuery("");
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const needle = query.trim().toLowerCase();
  const found = pods.filter((name) => name.toLowerCase().includes(needle));
  const isFull = chosen.length >= MOST_PODS;
  const all =
    leftOut.length === 0 ? t("allPods") : t("somePods", { count: pods.length - leftOut.length, all: pods.length });
  const [only] = chosen;
  const said = only === undefined ? all : chosen.length === 1 ? only : t("chosenPods", { count: chosen.length });

  // Enter takes the first that was found; with nothing searched for, nothing is begun with: "all" would undo a choice.
  const { selectFirstOption, resetSelectedOption } = combobox;
  useEffect(() => {
    if (needle === "") resetSelectedOption();
    else selectFirstOption();
  }, [needle, selectFirstOption, resetSelectedOption]);

  const submit = (name: string) => {
    if (name === "") onChoose([]);
    else onChoose(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]);
  };
  return (
    <Combobox store={combobox} width={320} position="bottom-start" onOptionSubmit={submit}>
      <Combobox.Target targetType="button">
        <button
          type="button"
          className={classes.button}
          aria-label={t("podsAre", { pods: said })}
          title={chosen.join("\n") || undefined}
          onClick={() => combobox.toggleDropdown()}
        >
          <span>{said}</span>
          <ChevronsUpDown size={14} strokeWidth={1.5} aria-hidden="true" />
        </button>
      </Combobox.Target>
      <Combobox.Dropdown className={classes.dropdown}>
        <Combobox.Search
          aria-label={t("searchPods")}
          placeholder={t("searchPods")}
          aria-describedby={noteId}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        {/* Around the list: a list may hold nothing that takes the focus, and what scrolls must (WCAG 2.1.1). */}
        <ScrollArea.Autosize mah={280} type="scroll" viewportProps={{ tabIndex: 0 }}>
          <Combobox.Options aria-label={t("pods")} aria-multiselectable>
            {needle === "" && <PodOption value="" label={all} isChosen={only === undefined} />}
            {found.map((name) => (
              <PodOption
                key={name}
                value={name}
                label={name}
                isChosen={chosen.includes(name)}
                isBarred={isFull && !chosen.includes(name)}
                note={leftOut.includes(name) ? t("notFollowed") : undefined}
              />
            ))}
          </Combobox.Options>
        </ScrollArea.Autosize>
        <div id={noteId} className={classes.note} role="status">
          {found.length === 0 && t("noPodFits")}
          {found.length > 0 && (isFull || leftOut.length > 0) && t("mostPods", { most: MOST_PODS })}
        </div>
      </Combobox.Dropdown>
    </Combobox>
  );
}

type OptionProps = { value: string; label: string; isChosen: boolean; isBarred?: boolean; note?: string };

function PodOption({ value, label, isChosen, isBarred = false, note }: OptionProps) {
  return (
    <Combobox.Option value={value} active={isChosen} disabled={isBarred}>
      <span className={classes.option}>
        <Check size={14} strokeWidth={2} aria-hidden="true" data-chosen={isChosen || undefined} />
        <span>{label}</span>
        {note !== undefined && <small>{note}</small>}
      </span>
    </Combobox.Option>
  );
}
