"use client";

import { Menu } from "@mantine/core";
import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import type { EnvironmentView, PodView } from "#lib/clusters/schema";
import { Failure } from "../shell/failure.tsx";
import { useAllows } from "../shell/selection.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Message } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { State } from "../ui/state.tsx";
import { DeletePod } from "./delete-pod.tsx";
import { podGlyph } from "./pod-glyph.ts";
import classes from "./service.module.css";
import { usePods } from "./use-service.ts";

type Props = { app: AppView; environment: EnvironmentView | null; place: AppEnvironmentView | undefined };

/** Its pods in this environment, as the watch last saw them. */
export function PodsPanel({ app, environment, place }: Props) {
  const t = useTranslations("service.pods");
  const allows = useAllows();
  const [doomed, setDoomed] = useState<PodView | null>(null);
  const { data, error, refetch } = usePods(app, environment?.name ?? "");
  const mayDelete = allows(environment?.purpose === "prod" ? "pod.delete.prod" : "pod.delete", app.teamId);
  const unreachable = place?.health === "unreachable" && data?.seenAt;
  return (
    <Panel
      title={t("title")}
      meta={place && place.wanted > 0 ? t("ready", { ready: place.ready, wanted: place.wanted }) : undefined}
      actions={
        <Link className="k-link" href={`/services/${app.name}/logs`}>
          {t("logs")}
        </Link>
      }
    >
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {unreachable && (
        <Message state="unknown">{t.rich("unreachable", { ago: () => <RelativeTime at={unreachable} /> })}</Message>
      )}
      {data === undefined && !error && <SkeletonRows rows={2} columns="1fr 120px 60px 60px" />}
      {data?.rows.length === 0 && (
        <p className={classes.nothing}>{t("noneHint", { environment: environment?.name ?? "" })}</p>
      )}
      {data && data.rows.length > 0 && (
        <div className={classes.scroller}>
          <DataTable
            label={t("title")}
            columns={[
              { key: "pod", header: t("column.pod") },
              { key: "state", header: t("column.state"), width: 160, phoneWidth: 124 },
              { key: "release", header: t("column.release"), width: 60, align: "right", wide: true },
              { key: "restarts", header: t("column.restarts"), width: 76, align: "right", wide: true },
              { key: "address", header: t("column.address"), width: 110, wide: true },
              { key: "age", header: t("column.age"), width: 80, phoneWidth: 68, align: "right" },
              ...(mayDelete ? [{ key: "more", header: "", width: 44, align: "right" as const }] : []),
            ]}
          >
            {data.rows.map((pod) => (
              <PodRow key={pod.uid} pod={pod} onDelete={mayDelete ? () => setDoomed(pod) : undefined} />
            ))}
          </DataTable>
        </div>
      )}
      {doomed && environment && (
        <DeletePod
          app={app.name}
          environmentId={environment.id}
          pod={doomed}
          last={!data?.rows.some(({ uid, ready }) => ready && uid !== doomed.uid)}
          onClose={() => setDoomed(null)}
        />
      )}
    </Panel>
  );
}

function PodRow({ pod, onDelete }: { pod: PodView; onDelete: (() => void) | undefined }) {
  const control = useTranslations("control.deletePod");
  const t = useTranslations("service.pods");
  // "Running" is what Kubernetes calls a pod that no traffic reaches yet, too.
  const word = pod.status === "Running" && !pod.ready ? t("notReady") : pod.status;
  return (
    <tr>
      <td className={`${classes.truncated} ${classes.podName}`} title={pod.name}>
        <code dir="ltr">{pod.name}</code>
      </td>
      <td className={classes.truncated} title={pod.message ?? undefined}>
        <State glyph={podGlyph(pod)}>{word}</State>
      </td>
      <td className="k-num k-wide" data-align="right">
        {pod.releaseNumber === null ? "" : `#${pod.releaseNumber}`}
      </td>
      <td className="k-num k-wide" data-align="right">
        {pod.restarts}
      </td>
      <td className="k-wide">
        <code>{pod.podIp}</code>
      </td>
      <td className="k-num" data-align="right">
        <RelativeTime at={pod.createdAt} bare />
      </td>
      {onDelete && (
        <td data-align="right">
          <Menu>
            <Menu.Target>
              <IconButton label={control("more", { pod: pod.name })}>
                <Ellipsis size={16} strokeWidth={1.5} />
              </IconButton>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={onDelete}>{control("delete")}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </td>
      )}
    </tr>
  );
}
