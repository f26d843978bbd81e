"use client";

import { Combobox, InputBase, ScrollArea, useCombobox } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import classes from "./live-picker.module.css";

export type PickerOption<Row> = { key: string; row: Row; label: ReactNode; disabled?: boolean };
export type PickerGroup<Row> = { label: string | null; options: PickerOption<Row>[] };

type Props<Row> = {
  label: string;
  placeholder: string;
  /** What the field shows while it is closed. */
  chosen: string;
  query: string;
  onQuery: (query: string) => void;
  groups: PickerGroup<Row>[];
  onPick: (row: Row) => void;
  /** One line under the options: searching, nothing found, more match, or why the search cannot answer. */
  note: ReactNode;
  error?: string;
  disabled?: boolean;
  mono?: boolean;
};

/** A search field whose options come from the server as one types; keyboard, screen reader and touch by Mantine's Combobox. */
export function LivePicker<Row>(props: Props<Row>) {
  const t = useTranslations("create.source");
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      props.onQuery("");
    },
    onDropdownOpen: () => combobox.selectFirstOption(),
  });
  const rows = new Map(
    props.groups.flatMap((group) => group.options.map((option) => [option.key, option.row] as const)),
  );
  const noteId = useId();

  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(key) => {
        const row = rows.get(key);
        if (row !== undefined) props.onPick(row);
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target>
        <InputBase
          label={props.label}
          placeholder={props.placeholder}
          error={props.error}
          disabled={props.disabled}
          classNames={props.mono ? { input: classes.mono } : undefined}
          value={combobox.dropdownOpened ? props.query : props.chosen}
          rightSection={<Combobox.Chevron />}
          rightSectionPointerEvents="none"
          aria-describedby={combobox.dropdownOpened ? noteId : undefined}
          onChange={(event) => {
            props.onQuery(event.currentTarget.value);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
          onClick={() => combobox.openDropdown()}
          // What is typed takes the place of what is chosen. The options open with it, not with mere focus: a dialog begins here.
          onFocus={(event) => event.currentTarget.select()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options aria-label={t("matches")}>
          <ScrollArea.Autosize mah={280} type="scroll">
            {props.groups.map((group) => (
              <OptionGroup key={group.label ?? ""} group={group} />
            ))}
          </ScrollArea.Autosize>
        </Combobox.Options>
        <div id={noteId} className={classes.note} role="status">
          {props.note}
        </div>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function OptionGroup<Row>({ group }: { group: PickerGroup<Row> }) {
  const options = group.options.map((option) => (
    <Combobox.Option key={option.key} value={option.key} disabled={option.disabled}>
      <span className={classes.option}>{option.label}</span>
    </Combobox.Option>
  ));
  return group.label === null ? options : <Combobox.Group label={group.label}>{options}</Combobox.Group>;
}
