"use client";

import { useTranslations } from "use-intl";
import type { MoveItem } from "#lib/releases/gateway/schema";
import { State } from "../ui/state.tsx";
import classes from "./gateways.module.css";
import { useLossWords } from "./use-loss-words.ts";

/** As many as a person reads at night; the table has them all afterwards. */
const MOST = 50;

/** What routes lose while they are away: first those that are not served at all. */
export function MoveLosses({ moves }: { moves: MoveItem[] }) {
  const t = useTranslations("gateways.dialog");
  const lossWords = useLossWords();
  const losses = moves
    .flatMap(({ app, losses: ofRoutes, resting }) => [
      ...ofRoutes.map((loss) => ({ is: loss.is, of: `${loss.host}${loss.path}`, words: lossWords(loss) })),
      ...(resting.length > 0
        ? [{ is: "resting" as const, of: app, words: lossWords({ is: "resting", features: resting }) }]
        : []),
    ])
    .sort((a, b) => Number(b.is === "unserved") - Number(a.is === "unserved"));
  if (losses.length === 0) return moves.length > 0 && <p className="k-quiet">{t("lossless")}</p>;
  return (
    <section>
      <h3>{t("losses")}</h3>
      <ul className={classes.losses} aria-label={t("losses")}>
        {losses.slice(0, MOST).map((loss, index) => (
          <li key={index}>
            <span className="k-trunc" title={loss.of}>
              {loss.of}
            </span>
            <State glyph={loss.is === "unserved" ? "fail" : "warn"}>{loss.words}</State>
          </li>
        ))}
        {losses.length > MOST && <li>{t("lossesLeft", { count: losses.length - MOST })}</li>}
      </ul>
    </section>
  );
}
