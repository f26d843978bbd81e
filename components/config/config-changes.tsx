"use client";

import { useTranslations } from "use-intl";
import { CodeDiff } from "../ui/code-diff.tsx";
import classes from "./config.module.css";

type Change = { key: string; change: "added" | "removed" | "changed"; before: string | null; after: string | null };

/** What differs, key by key and line by line; of a secret only that it does. */
export function ConfigChanges({ changes }: { changes: readonly Change[] }) {
  const t = useTranslations("config.change");
  if (changes.length === 0) return <p className="k-small k-quiet">{t("none")}</p>;
  return (
    <ul className={classes.changes}>
      {changes.map(({ key, change, before, after }) => (
        <li key={key}>
          <span>
            <code>{key}</code> <small>{t(change)}</small>
          </span>
          {(before !== null || after !== null) && <CodeDiff before={before} after={after} label={key} context={2} />}
        </li>
      ))}
    </ul>
  );
}
