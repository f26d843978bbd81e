"use client";

import { TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { type Cast, findInCast } from "#lib/terminal/asciicast-rules";
import { clockOf } from "../ui/age.ts";
import classes from "./terminal.module.css";

/** Where in a recording something was seen; a hit leads to its moment. */
export function ReplaySearch({ cast, onSeek }: { cast: Cast | undefined; onSeek: (seconds: number) => void }) {
  const t = useTranslations("terminal.replay");
  const [wanted, setWanted] = useState("");
  const needle = wanted.trim();
  const hits = useMemo(() => (cast ? findInCast(cast, needle) : []), [cast, needle]);
  return (
    <>
      <TextInput
        mt={16}
        aria-label={t("search")}
        placeholder={t("search")}
        leftSection={<Search size={14} strokeWidth={1.5} />}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <p className="k-small k-quiet" role="status">
        {needle === "" ? t("searchHint") : t("hits", { count: hits.length })}
      </p>
      <ul className={classes.hits}>
        {hits.map(({ seconds, before, text, after }, index) => (
          // Hits have no other name than their place.
          <li key={`${seconds}-${index}`}>
            <button type="button" onClick={() => onSeek(seconds)}>
              <span className="k-num">{clockOf(seconds * 1000)}</span>
              <span className={classes.cut}>
                {before}
                <mark>{text}</mark>
                {after}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
