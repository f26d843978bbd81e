"use client";

import { TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { fromLocalInput, toLocalInput } from "../ui/local-time.ts";
import classes from "./metrics.module.css";
import { boundsOf, isRange, type TimeRange } from "./time-range.ts";

/** From when to when, by the person's own clock. */
export function CustomRange({ range, onRange }: { range: TimeRange; onRange: (range: TimeRange) => void }) {
  const t = useTranslations("metrics");
  const [bounds] = useState(() => boundsOf(range, Date.now()));
  const [from, setFrom] = useState(toLocalInput(new Date(bounds.fromMs)));
  const [to, setTo] = useState(toLocalInput(new Date(bounds.toMs)));
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [first, last] = [fromLocalInput(from), fromLocalInput(to)];
    const chosen = first && last && { fromMs: first.getTime(), toMs: last.getTime() };
    if (chosen && isRange(chosen)) onRange({ kind: "between", ...chosen });
    else setWrong(true);
  };
  return (
    <form className={classes.custom} onSubmit={submit}>
      <TextInput
        type="datetime-local"
        aria-label={t("from")}
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        aria-label={t("to")}
        value={to}
        error={wrong ? t("wrongRange") : undefined}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button type="submit">{t("show")}</Button>
    </form>
  );
}
