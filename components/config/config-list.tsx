"use client";

import { FileCog, KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { isSameSet, type SpecConfig } from "#lib/apps/spec/config-schema";
import type { ConfigSetView } from "#lib/config/schema";
import { DataTable } from "../ui/data-table.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { State } from "../ui/state.tsx";
import classes from "./config.module.css";
import type { SetRef } from "./use-config.ts";

type Props = {
  rows: ConfigSetView[];
  current: ConfigSetView | undefined;
  /** What the newest release there uses. */
  released: readonly SpecConfig[];
  onOpen: (set: SetRef) => void;
  actions: ReactNode;
};

const ICONS = { config: FileCog, secret: KeyRound } as const;

/** Every set with its newest version, and whether that is the one that was released. */
export function ConfigList({ rows, current, released, onOpen, actions }: Props) {
  const t = useTranslations("config");
  return (
    <Panel title={t("sets")} meta={rows.length} actions={actions}>
      <DataTable
        label={t("sets")}
        columns={[
          { key: "name", header: t("column.name") },
          { key: "version", header: t("column.version"), width: 80, align: "right" },
          { key: "released", header: t("column.released"), width: 180, phoneWidth: 130 },
          { key: "keys", header: t("column.keys"), width: 70, align: "right", wide: true },
          { key: "saved", header: t("column.saved"), width: 200, wide: true },
        ]}
      >
        {rows.map((row) => {
          const Icon = ICONS[row.kind];
          const used = released.find((each) => isSameSet(each, row));
          return (
            <tr key={`${row.kind}/${row.name}`} data-current={row === current || undefined} className={classes.row}>
              <td className={classes.cut}>
                <button type="button" aria-pressed={row === current} onClick={() => onOpen(row)}>
                  <Icon size={14} strokeWidth={1.5} role="img" aria-label={t(`kind.${row.kind}`)} /> {row.name}
                </button>
              </td>
              <td className="k-num" data-align="right">
                v{row.version}
              </td>
              <td className={classes.cut}>
                {used === undefined ? (
                  <State glyph="none">{t("released.no")}</State>
                ) : used.version === row.version ? (
                  <State glyph="ok">{t("released.newest")}</State>
                ) : (
                  <State glyph="hand">{t("released.older", { version: used.version })}</State>
                )}
              </td>
              <td className="k-wide k-num" data-align="right">
                {row.keys.length}
              </td>
              <td className={`k-wide ${classes.cut}`}>
                {row.savedBy ?? t("nobody")} <RelativeTime at={row.savedAt} />
              </td>
            </tr>
          );
        })}
      </DataTable>
    </Panel>
  );
}
