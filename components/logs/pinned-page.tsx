"use client";

import { Download } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { Failure } from "../shell/failure.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import type { LogLine } from "../ui/log-buffer.ts";
import { LogView } from "../ui/log-view.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./logs.module.css";
import { usePinnedLog } from "./use-pins.ts";

/** Lines that somebody kept: who, when and why, and what proves that they are still the same. */
export function PinnedPage({ app, id }: { app: AppView; id: string }) {
  const t = useTranslations("logs.pinned");
  const format = useFormatter();
  const { data, error } = usePinnedLog(app, id);
  const [, setFollow] = useState(false);
  if (error) return <Failure error={error} />;
  if (!data) return <SkeletonRows rows={6} columns="1fr" />;
  const moment = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "medium" });
  return (
    <div className={classes.pinned}>
      <Panel
        title={t("one")}
        actions={
          <>
            <a
              className="k-link"
              href={`/api/apps/${app.name}/logs/pins/${id}/text`}
              download={`${app.name}-pinned-${id}.log`}
            >
              <Download size={14} strokeWidth={1.5} aria-hidden="true" /> {t("download")}
            </a>
            <Link className="k-link" href={`/services/${app.name}/logs/pins`}>
              {t("all")}
            </Link>
          </>
        }
      >
        <KeyValue
          facts={[
            { key: "reason", label: t("reason"), value: data.reason },
            { key: "by", label: t("by"), value: data.by ?? t("nobody") },
            { key: "at", label: t("at"), value: <RelativeTime at={data.pinnedAt} /> },
            { key: "where", label: t("where"), value: <code>{`${data.environment} · ${data.container}`}</code> },
            { key: "pods", label: t("pods"), value: <code>{data.pods.join(", ")}</code> },
            { key: "time", label: t("time"), value: `${moment(data.fromAt)} – ${moment(data.untilAt)}` },
            {
              key: "hash",
              label: "SHA-256",
              value: (
                <>
                  <code className={classes.hash}>{data.sha256}</code> <CopyButton value={data.sha256} />
                </>
              ),
            },
            { key: "proof", label: t("proof"), value: t(data.confirmed ? "confirmed" : "unconfirmed") },
          ]}
        />
      </Panel>
      <div className={classes.kept}>
        <LogView
          label={t("one")}
          lines={linesOf(data.text)}
          follow={false}
          onFollowChange={setFollow}
          wrap
          gutter={({ at, source }) => (
            <>
              <time dateTime={at}>{at?.slice(11, 23)}</time>
              <span>{source?.slice(-5)}</span>
            </>
          )}
        />
      </div>
    </div>
  );
}

/** "time pod line", as it was kept. */
const linesOf = (text: string): LogLine[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line, id) => {
      const [at = "", source = ""] = line.split(" ", 2);
      return { id, at, source, text: line.slice(at.length + source.length + 2) };
    });
