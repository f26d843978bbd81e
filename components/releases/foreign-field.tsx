"use client";

import { useTranslations } from "use-intl";
import type { ForeignField } from "#lib/releases/drift/schema";
import { RelativeTime } from "../ui/relative-time.tsx";
import { changeName, printable } from "./change-text.ts";
import classes from "./releases.module.css";

/** "kubectl changed Replicas from 2 to 5, 3 h ago": the field in words where the Spec has some, else its path. */
export function ForeignFieldWords({ field }: { field: ForeignField }) {
  const t = useTranslations("releases");
  const { change, manager, at } = field;
  const value = (text: string | null) => (
    <code className={classes.foreignValue} title={text ?? undefined}>
      {printable(t, change.field, text)}
    </code>
  );
  return (
    <span className={classes.foreignWords}>
      {t.rich("foreign.changed", {
        who: manager ?? t("foreign.somebody"),
        name: changeName(t, change.field),
        b: (text) => <b>{text}</b>,
        was: () => value(change.before),
        now: () => value(change.after),
      })}
      {at !== null && (
        <small>
          {" "}
          <RelativeTime at={at} />
        </small>
      )}
    </span>
  );
}
