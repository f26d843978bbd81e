"use client";

import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { type TopologyColumn, topologyView } from "#lib/topology/schema";
import { getJson } from "../shell/api.ts";
import { Failure } from "../shell/failure.tsx";
import { queryKeys } from "../shell/query-keys.ts";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { layoutOf } from "./layout-rules.ts";
import { heightOf, NodeCard } from "./node-card.tsx";
import classes from "./topology.module.css";

const AGAIN_MS = 30_000;

type Node = TopologyColumn["nodes"][number];
/** A request that the canary answers goes through none of what runs, and the other way round. */
const isOneWay = (from: Node | undefined, to: Node | undefined): boolean =>
  !from?.subset || !to?.subset || from.subset === to.subset;

/** From its visitors to what it uses, in the order of a request; drawn from what is stored of it. */
export function TopologyPanel({ app, environment }: { app: AppView; environment: string }) {
  const t = useTranslations("topology");
  const { ref, width } = useElementSize();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.topology(app.name, environment),
    queryFn: ({ signal }) => getJson(`/api/apps/${app.name}/topology?environment=${environment}`, topologyView, signal),
    enabled: environment !== "",
    meta: { appId: app.id },
    // Calls between services make no events.
    refetchInterval: AGAIN_MS,
  });
  if (data?.columns.length === 0) return null;
  const { columns = [], seenAt = null, isReachable = true, knowsCalls = true } = data ?? {};
  const layout = layoutOf(
    columns.map(({ nodes }) => nodes.map(heightOf)),
    width,
    (column, row, next) => isOneWay(columns[column]?.nodes[row], columns[column + 1]?.nodes[next]),
  );
  const hidden = columns.reduce((sum, column) => sum + column.hidden, 0);
  const notes = [
    ...(hidden > 0 ? [t("hidden", { count: hidden })] : []),
    ...(knowsCalls ? [] : [t("callsUnknown")]),
    ...(columns.some(({ nodes }) => nodes.some(({ calls }) => calls)) ? [t("figures")] : []),
  ];
  return (
    <Panel
      title={t("title")}
      meta={
        seenAt !== null && t.rich(isReachable ? "seen" : "unreachable", { ago: () => <RelativeTime at={seenAt} /> })
      }
      padded
    >
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      <div ref={ref} className={classes.picture} style={{ height: width > 0 ? layout.height : undefined }}>
        {width > 0 && (
          <>
            <svg className={classes.lines} width={width} height={layout.height} aria-hidden="true">
              {layout.paths.map((path) => (
                <path key={path} d={path} />
              ))}
            </svg>
            {columns.map((column, index) => (
              <ul key={column.key} className={classes.column} aria-label={t(`column.${column.key}`)}>
                {column.nodes.map((node, row) => {
                  const box = layout.boxes[index]?.[row];
                  return (
                    box && (
                      <li key={node.id} style={{ left: box.x, top: box.y, width: box.width, height: box.height }}>
                        <NodeCard app={app.name} node={node} release={data?.release ?? null} />
                      </li>
                    )
                  );
                })}
              </ul>
            ))}
          </>
        )}
      </div>
      {notes.length > 0 && <p className={classes.notes}>{notes.join(" · ")}</p>}
    </Panel>
  );
}
