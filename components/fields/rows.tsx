"use client";

import { Plus, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Note } from "../ui/note.tsx";
import classes from "./fields.module.css";

type Props<Row> = {
  /** What the rows are: above them, or (`label`) only read aloud where that stands there already. */
  title?: string;
  label?: string;
  none?: ReactNode;
  /** What is wrong with the list as a whole. */
  error?: ReactNode;
  rows: readonly Row[];
  onChange: (rows: Row[]) => void;
  blank: () => Row;
  add: string;
  /** Names the row that a button would remove. */
  remove: (row: Row, index: number) => string;
  /** More ways to begin, beside "add". */
  actions?: ReactNode;
  readOnly?: boolean;
  /** The first row's fields show their labels: its button stands beside the fields, not the labels. */
  labelled?: boolean;
  children: (row: Row, index: number, replace: (part: Partial<Row>) => void) => ReactNode;
};

/** Of these rows themselves: a row may hold a list of its own. */
const NEWEST = ":scope > :nth-last-child(1 of [data-row]) :is(input:not([type=hidden]), textarea, select)";
const ADD = ":scope > [data-actions] > button";

/** A list that is edited in place: rows with their fields, one way to remove each and one to add another. */
export function Rows<Row>(props: Props<Row>) {
  const { rows, onChange, blank, add, remove, actions, readOnly = false, labelled = false, children } = props;
  const { title, label = title, none, error } = props;
  const t = useTranslations("fields.texts");
  const box = useRef<HTMLDivElement>(null);
  // Who has added a row writes in it next; who has removed one finds the way to add another.
  const [next, setNext] = useState<{ focus: string } | null>(null);
  useEffect(() => {
    if (next) box.current?.querySelector<HTMLElement>(next.focus)?.focus();
  }, [next]);
  const replace = (index: number) => (part: Partial<Row>) =>
    onChange(rows.map((row, i) => (i === index ? { ...row, ...part } : row)));
  return (
    <div ref={box} className={classes.rows} role="group" aria-label={label} data-labelled={labelled || undefined}>
      {title !== undefined && <span className={classes.label}>{title}</span>}
      {rows.length === 0 && (none !== undefined || readOnly) && (
        <span className="k-small k-quiet">{none ?? t("none")}</span>
      )}
      {rows.map((row, index) => (
        // Rows have no identity of their own: they are edited and removed by place.
        <div key={`row-${index.toString()}`} className={classes.row} data-row>
          <div className={classes.cells}>{children(row, index, replace(index))}</div>
          {!readOnly && (
            <IconButton
              label={remove(row, index)}
              onClick={() => {
                onChange(rows.filter((_, i) => i !== index));
                setNext({ focus: ADD });
              }}
            >
              <X size={16} strokeWidth={1.5} />
            </IconButton>
          )}
        </div>
      ))}
      {error !== undefined && <Note state="fail">{error}</Note>}
      {!readOnly && (
        <div className={classes.actions} data-actions>
          <Button
            look="plain"
            small
            icon={<Plus size={14} strokeWidth={1.5} />}
            onClick={() => {
              onChange([...rows, blank()]);
              setNext({ focus: NEWEST });
            }}
          >
            {add}
          </Button>
          {actions}
        </div>
      )}
    </div>
  );
}
