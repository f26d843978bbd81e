"use client";

import { useTranslations } from "use-intl";
import type { MoveItem } from "#lib/releases/gateway/schema";
import { ToldList } from "./told-list.tsx";
import { useLossWords } from "./use-loss-words.ts";

/** What routes lose while they are away: first those that are not served at all. The table has them all afterwards. */
export function MoveLosses({ moves }: { moves: MoveItem[] }) {
  const t = useTranslations("gateways.dialog");
  const lossWords = useLossWords();
  const losses = moves
    .flatMap(({ app, losses: ofRoutes, resting }) => [
      ...ofRoutes.map((loss) => ({ is: loss.is, of: `${app} · ${loss.host}${loss.path}`, words: lossWords(loss) })),
      ...(resting.length > 0
        ? [{ is: "resting" as const, of: app, words: lossWords({ is: "resting", features: resting }) }]
        : []),
    ])
    .sort((a, b) => Number(b.is === "unserved") - Number(a.is === "unserved"));
  if (losses.length === 0) return moves.length > 0 && <p className="k-quiet">{t("lossless")}</p>;
  const rows = losses.map(({ is, of, words }) => ({ of, words, glyph: is === "unserved" ? "fail" : "warn" }) as const);
  return <ToldList title={t("losses")} rows={rows} />;
}
