"use client";

import { useTranslations } from "use-intl";
import type { FoundWorkload } from "#lib/releases/import/schema";
import { Button } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import classes from "./imports.module.css";

type Props = { row: FoundWorkload; onImport: () => void };

/** One workload with its way in, or with the sentence that stands in the way. */
export function FoundRow({ row: { name, kind, image, ready, wanted, createdAt, refusal }, onImport }: Props) {
  const t = useTranslations("imports");
  const errorText = usePublicErrorText();
  return (
    <tr>
      <td className={classes.name}>
        <b>{name}</b> {kind === "StatefulSet" && <span className="k-quiet">{kind}</span>}
        {refusal && <Note state="warn">{errorText(refusal)}</Note>}
      </td>
      <td className="k-num">{t("ready", { ready, wanted })}</td>
      <td className="k-wide">
        <code className="k-trunc" title={image}>
          {image}
        </code>
      </td>
      <td className="k-wide">{createdAt ? <RelativeTime at={createdAt} /> : "–"}</td>
      <td>
        {refusal === null && (
          <Button small onClick={onImport}>
            {t("import")} <span className="k-sr">{name}</span>
          </Button>
        )}
      </td>
    </tr>
  );
}
