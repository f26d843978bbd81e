"use client";

import { useTranslations } from "use-intl";
import type { GlyphName } from "../ui/glyph.tsx";
import { State } from "../ui/state.tsx";
import classes from "./gateways.module.css";

/** As many as a person reads at night. */
const MOST = 50;

type Told = { of: string; glyph: GlyphName; words: string };

/** What a move does to single services or routes, one line each. */
export function ToldList({ title, rows, next }: { title: string; rows: Told[]; next?: string }) {
  const t = useTranslations("gateways.dialog");
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul className={classes.losses} aria-label={title}>
        {rows.slice(0, MOST).map(({ of, glyph, words }, index) => (
          <li key={index}>
            <span className="k-trunc" title={of}>
              {of}
            </span>
            <State glyph={glyph}>{words}</State>
          </li>
        ))}
        {rows.length > MOST && <li>{t("lossesLeft", { count: rows.length - MOST })}</li>}
      </ul>
      {next && <p className="k-quiet">{next}</p>}
    </section>
  );
}
