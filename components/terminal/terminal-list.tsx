"use client";

import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { TerminalView } from "#lib/terminal/schema";
import { Failure } from "../shell/failure.tsx";
import { useAllows } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Elapsed } from "../ui/elapsed.tsx";
import { Pager } from "../ui/pager.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { State } from "../ui/state.tsx";
import classes from "./terminal.module.css";
import { useEndWords } from "./use-end-words.ts";
import { useDecideTerminal, useEndTerminal, useTerminals } from "./use-terminals.ts";

const PAGE_SIZE = 25;

/** Who was in which container, when and why: one's own, and everybody's for those who review them. */
export function TerminalList({ app, environment }: { app: AppView; environment: string }) {
  const t = useTranslations("terminal.list");
  const [page, setPage] = useState(1);
  const { data, error, refetch } = useTerminals(app, environment, page, true);
  const end = useEndTerminal(app);
  const decide = useDecideTerminal(app);
  const mayApprove = useAllows()("app.terminal.approve", app.teamId);
  const failure = error ?? end.error ?? decide.error;
  return (
    <Panel title={t("title")}>
      {failure && <Failure error={failure} onRetry={() => void refetch()} />}
      {data === undefined && !error && <SkeletonRows rows={3} columns="1fr 160px 120px 120px" />}
      {data?.total === 0 && <p className={classes.nothing}>{t("none")}</p>}
      {data && data.total > 0 && (
        <DataTable
          label={t("title")}
          columns={[
            { key: "who", header: t("who"), width: 150, phoneWidth: 110 },
            { key: "where", header: t("where"), wide: true },
            { key: "reason", header: t("reason"), wide: true },
            { key: "state", header: t("state") },
            { key: "began", header: t("began"), width: 110, wide: true },
            { key: "lasted", header: t("lasted"), width: 80, align: "right", wide: true },
            { key: "do", header: "", width: 172, phoneWidth: 150, align: "right" },
          ]}
        >
          {data.rows.map((row) => (
            <TerminalRow
              key={row.id}
              app={app}
              row={row}
              busy={end.isPending || decide.isPending}
              onEnd={() => end.mutate(row.id)}
              onDecide={mayApprove && !row.own ? (agree) => decide.mutate({ id: row.id, agree }) : undefined}
            />
          ))}
        </DataTable>
      )}
      <Pager page={page} pageSize={PAGE_SIZE} total={data?.total ?? 0} onPage={setPage} />
    </Panel>
  );
}

type RowProps = {
  app: AppView;
  row: TerminalView;
  busy: boolean;
  onEnd: () => void;
  /** Only for whoever may agree to it. */
  onDecide: ((agree: boolean) => void) | undefined;
};

function TerminalRow({ app, row, busy, onEnd, onDecide }: RowProps) {
  const t = useTranslations("terminal.list");
  const endWords = useEndWords();
  const words =
    row.state === "ended"
      ? endWords({ reason: row.endReason ?? "lost", exitCode: row.exitCode, error: row.error })
      : t(row.state === "waiting" && row.decidedAt !== null ? "agreed" : row.state);
  const name = row.endReason === "killed" ? row.endedBy : row.endReason === "declined" ? row.decidedBy : null;
  const by = name === null ? "" : t("by", { name });
  const undecided = row.state === "waiting" && row.decidedAt === null;
  return (
    <tr>
      <td className={classes.cut}>{row.own ? t("me") : (row.by ?? t("nobody"))}</td>
      <td className={`k-wide ${classes.cut}`} title={`${row.pod} / ${row.container}`}>
        <code>
          {row.pod.slice(-5)} / {row.container}
        </code>
      </td>
      <td className={`k-wide ${classes.cut}`} title={row.reason ?? undefined}>
        {row.reason}
      </td>
      <td className={classes.cut} title={`${words} ${by}`}>
        <State glyph={row.state === "ended" ? "none" : "working"}>
          {words} {by}
        </State>
      </td>
      <td className="k-wide">
        <RelativeTime at={row.startedAt ?? row.requestedAt} />
      </td>
      <td className="k-wide k-num" data-align="right">
        {row.startedAt && <Elapsed from={row.startedAt} to={row.endedAt} />}
      </td>
      <td data-align="right">
        {undecided && onDecide ? (
          <span className={classes.decide}>
            <Button small look="primary" busy={busy} onClick={() => onDecide(true)}>
              {t("agree")}
            </Button>
            <Button small busy={busy} onClick={() => onDecide(false)}>
              {t("decline")}
            </Button>
          </span>
        ) : row.state !== "ended" ? (
          <Button small look="danger" busy={busy} onClick={onEnd}>
            {t("end")}
          </Button>
        ) : (
          row.recordedBytes > 0 && (
            <Link className="k-link" href={`/services/${app.name}/terminal/${row.id}`}>
              {t("replay")}
            </Link>
          )
        )}
      </td>
    </tr>
  );
}
