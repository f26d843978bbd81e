"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { GatewayRoute } from "#lib/releases/gateway/schema";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { GLYPH_OF } from "../ui/known-states.ts";
import { State } from "../ui/state.tsx";
import classes from "./gateways.module.css";
import { useLossWords } from "./use-loss-words.ts";

/** Every route of an environment: where it is asked for, whose it is, and which gateway carries it. */
export function RoutesTable({ rows, environment }: { rows: GatewayRoute[]; environment: string }) {
  const t = useTranslations("gateways");
  const health = useTranslations("states.health");
  const columns: Column[] = [
    { key: "host", header: t("column.host"), sorted: "ascending" },
    { key: "service", header: t("column.service"), width: 220, wide: true },
    { key: "gateway", header: t("column.gateway"), width: 300, phoneWidth: 132 },
    { key: "state", header: t("column.state"), width: 140, wide: true },
  ];
  return (
    <DataTable label={t("routes")} columns={columns}>
      {rows.map((row, index) => (
        <tr key={`${row.app} ${row.host} ${row.path} ${index}`}>
          <td>
            <span className={classes.route} title={`${row.host}${row.path} → ${row.port}`}>
              {row.host}
              <b>{row.path}</b>
              {row.pathType === "exact" && <small> {t("exact")}</small>}
            </span>
          </td>
          <td className="k-wide">
            <Link className="k-link k-trunc" title={row.app} href={`/services/${row.app}?environment=${environment}`}>
              {row.app}
            </Link>
          </td>
          <td>
            <Carrier row={row} />
          </td>
          <td className="k-wide">
            <State glyph={GLYPH_OF.health[row.health]}>{health(row.health)}</State>
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function Carrier({ row: { gatewayClass, carrier, movingTo, loss } }: { row: GatewayRoute }) {
  const t = useTranslations("gateways");
  const lossWords = useLossWords();
  const name = (which: GatewayRoute["carrier"]) => t(`class.${which}`);
  return (
    <span className={classes.carrier}>
      <span>
        {carrier === gatewayClass ? name(carrier) : t("carried", { carrier: name(carrier), own: name(gatewayClass) })}
      </span>
      {movingTo !== null && <State glyph="working">{t("moving", { to: name(movingTo) })}</State>}
      {loss !== null && movingTo === null && (
        <span className="k-trunc" title={lossWords(loss)}>
          <State glyph={loss.is === "unserved" ? "fail" : "warn"}>{lossWords(loss)}</State>
        </span>
      )}
    </span>
  );
}
