"use client";

import { ArrowRight } from "lucide-react";
import { useTranslations } from "use-intl";
import type { SpecChange } from "#lib/releases/change-schema";
import classes from "./releases.module.css";

/** "image.commit" → "imageCommit": fields of a Spec as keys of `releases.change`. */
export const changeKey = (field: string): string =>
  field.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** What changes, in words: name, before, after. Says so when nothing does. */
export function ChangeWords({ changes }: { changes: SpecChange[] }) {
  const t = useTranslations("releases");
  if (changes.length === 0) return <p className="k-quiet">{t("noChange")}</p>;
  return (
    <dl className={classes.changes}>
      {changes.map(({ field, before, after }, index) => (
        // A list of two routes may change the same field twice.
        <div key={`${field}-${index.toString()}`}>
          <dt>{changeName(t, field)}</dt>
          <dd className={classes.before}>{printable(t, field, before)}</dd>
          <dd className={classes.after}>
            <ArrowRight size={14} strokeWidth={1.5} role="img" aria-label={t("to")} />
            {printable(t, field, after)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

type T = ReturnType<typeof useTranslations<"releases">>;

export function changeName(t: T, field: string): string {
  const key = `change.${changeKey(field)}` as Parameters<T["has"]>[0];
  return t.has(key) ? t(key as Parameters<T>[0]) : field;
}

/** A value of a Spec as people read it: digests and commits short, choices by their names. */
export function printable(t: T, field: string, value: string | null): string {
  if (value === null) return t("nothing");
  if (field === "image.digest") return `${value.slice(0, 11)}…${value.slice(-4)}`;
  if (field === "image.commit") return value.slice(0, 7);
  // Fields with a few choices have names for them; what people typed stays as it is.
  const key = `value.${changeKey(field)}.${value}` as Parameters<T["has"]>[0];
  return /^[a-z]+$/.test(value) && t.has(key) ? t(key as Parameters<T>[0]) : value;
}
