"use client";

import { useTranslations } from "use-intl";
import type { Finding } from "#lib/retire/schema";
import { useKindWord } from "./object-words.ts";
import classes from "./retire.module.css";

type Props = {
  repository: string | null;
  builds: number;
  releases: number;
  /** Objects that are left alone, each with why. */
  left: readonly Pick<Finding, "kind" | "key" | "why">[];
};

/** What is still there afterwards, and why. */
export function StaysView({ repository, builds, releases, left }: Props) {
  const t = useTranslations("retire.stays");
  const kindWord = useKindWord();
  return (
    <ul className={classes.stays}>
      {repository !== null && <li>{t.rich("repository", { path: () => <code>{repository}</code> })}</li>}
      <li>{t("history", { builds, releases })}</li>
      {left.map(({ kind, key, why }) => (
        <li key={`${kind} ${key}`}>
          {kindWord(kind)} <code>{key}</code>: {t(`why.${why}`)}
        </li>
      ))}
    </ul>
  );
}
