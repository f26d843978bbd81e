"use client";

import Link from "next/link";
import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import type { CallsView } from "#lib/topology/calls-schema";
import { useUnitWords } from "../metrics/use-unit-words.ts";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Empty } from "../ui/empty.tsx";
import { Message } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { State } from "../ui/state.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import classes from "./calls.module.css";
import { useNodeName } from "./calls-words.ts";
import { useCalls } from "./use-calls.ts";

const CallsPicture = lazy(() => import("./calls-picture.tsx").then((module) => ({ default: module.CallsPicture })));

/** Who calls whom in an environment, drawn and as a table. */
export function CallsPanel({ environmentId }: { environmentId: string }) {
  const t = useTranslations("topology.calls");
  const { data, error, refetch } = useCalls(environmentId);
  const again = () => void refetch();
  return (
    <Panel
      title={t("title")}
      meta={
        data?.state === "ok" &&
        t.rich("source", { minutes: data.windowSeconds / 60, ago: () => <RelativeTime at={data.at} /> })
      }
    >
      {error && <Failure error={error} onRetry={again} />}
      {data ? <Calls calls={data} onRetry={again} /> : !error && <Waiting />}
    </Panel>
  );
}

const Waiting = () => <SkeletonRows rows={4} columns="1fr 1fr 60px 60px" />;

function Calls({ calls, onRetry }: { calls: CallsView; onRetry: () => void }) {
  const t = useTranslations("topology.calls");
  const errorText = usePublicErrorText();
  const { state, problem, nodes, edges, hidden } = calls;
  if (state !== "ok") {
    const again = (
      <Button look="plain" small onClick={onRetry}>
        {t("again")}
      </Button>
    );
    return (
      <Message
        state={state === "forbidden" ? "fail" : "unknown"}
        title={problem ? errorText(problem) : t("absent")}
        action={state === "absent" ? undefined : again}
      />
    );
  }
  if (edges.length === 0) return <Empty title={t("none")}>{t("noneHint")}</Empty>;
  // The table waits for the picture above it: else it would be read and then move down.
  return (
    <Suspense fallback={<Waiting />}>
      <CallsPicture nodes={nodes} edges={edges} />
      <CallsTable nodes={nodes} edges={edges} />
      {hidden > 0 && <p className={classes.hidden}>{t("hidden", { count: hidden })}</p>}
    </Suspense>
  );
}

function CallsTable({ nodes, edges }: Pick<CallsView, "nodes" | "edges">) {
  const t = useTranslations("topology.calls");
  const words = useUnitWords();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const end = (id: string) => {
    const node = byId.get(id);
    return node && <End node={node} />;
  };
  return (
    <DataTable
      label={t("title")}
      columns={[
        { key: "from", header: t("from") },
        { key: "to", header: t("to") },
        { key: "state", header: t("state"), width: 120, wide: true },
        { key: "rate", header: t("rate"), width: 96, phoneWidth: 72, align: "right" },
        { key: "errors", header: t("errors"), width: 88, phoneWidth: 64, align: "right" },
        { key: "p95", header: "p95", width: 96, wide: true, align: "right" },
      ]}
    >
      {edges.map(({ from, to, state, perSecond, errorShare, p95Ms }) => (
        <tr key={`${from} ${to}`}>
          <td>{end(from)}</td>
          <td>{end(to)}</td>
          <td className="k-wide">
            <State glyph={state}>{t(`is.${state}`)}</State>
          </td>
          <td className="k-num" data-align="right">
            {words(perSecond, "per-second")}
          </td>
          <td className="k-num" data-align="right">
            {words(errorShare, "share")}
          </td>
          <td className="k-num k-wide" data-align="right">
            {p95Ms === null ? "–" : words(p95Ms, "milliseconds")}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function End({ node }: { node: CallsView["nodes"][number] }) {
  const name = useNodeName()(node);
  return node.app !== null ? (
    <Link className="k-link" href={`/services/${node.app}`}>
      {name}
    </Link>
  ) : (
    name
  );
}
