"use client";

import { useTranslations } from "use-intl";
import type { MoveItem } from "#lib/releases/gateway/schema";
import { ToldList } from "./told-list.tsx";
import { useLossWords } from "./use-loss-words.ts";

/** The services that a move leaves where they are, each with what the other gateway cannot do for it. */
export function MoveStays({ stay }: { stay: MoveItem[] }) {
  const t = useTranslations("gateways");
  const lossWords = useLossWords();
  const rows = stay.flatMap(({ app, to, shut, losses }) =>
    shut
      ? [{ of: app, glyph: "warn" as const, words: t("dialog.shut", { gateway: t(`class.${to}`) }) }]
      : losses.map((loss) => ({
          of: `${app} · ${loss.host}${loss.path}`,
          glyph: "warn" as const,
          words: lossWords(loss),
        })),
  );
  return <ToldList title={t("dialog.stay", { count: stay.length })} rows={rows} />;
}
