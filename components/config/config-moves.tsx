"use client";

import { useTranslations } from "use-intl";
import type { ConfigMove } from "#lib/releases/drift/schema";
import classes from "./config.module.css";
import { ConfigDiff } from "./config-diff.tsx";

type Props = { app: string; environment: string; moves: readonly ConfigMove[] };

/** Sets of which a release takes another version, each with what that version says otherwise. */
export function ConfigMoves({ app, environment, moves }: Props) {
  const t = useTranslations("config");
  return moves.map(({ kind, name, from, to }) => (
    <section key={`${kind}/${name}`} className={classes.move}>
      <h3>
        {t(`kind.${kind}`)} {name}{" "}
        <small>{to === null ? t("leaves", { version: from ?? 0 }) : t("moves", { from: from ?? 0, to })}</small>
      </h3>
      {to !== null && <ConfigDiff app={app} environment={environment} set={{ kind, name }} from={from ?? 0} to={to} />}
    </section>
  ));
}
