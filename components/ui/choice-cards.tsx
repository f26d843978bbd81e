"use client";

import { Radio } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./choice-cards.module.css";

export type Choice<Value extends string> = { value: Value; title: string; hint: ReactNode; disabled?: boolean };

type Props<Value extends string> = {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  choices: Choice<Value>[];
};

/** A few exclusive choices as cards in one row; a disabled one says why in its hint. */
export function ChoiceCards<Value extends string>({ label, value, onChange, choices }: Props<Value>) {
  return (
    <Radio.Group
      aria-label={label}
      value={value}
      onChange={(next) => {
        const choice = choices.find((candidate) => candidate.value === next);
        if (choice) onChange(choice.value);
      }}
    >
      <div className={classes.row} style={{ gridTemplateColumns: `repeat(${choices.length}, minmax(0, 1fr))` }}>
        {choices.map((choice) => (
          <Radio.Card key={choice.value} value={choice.value} disabled={choice.disabled} className={classes.card}>
            <b>{choice.title}</b>
            <small>{choice.hint}</small>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
