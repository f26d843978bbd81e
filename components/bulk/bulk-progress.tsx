"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { BulkView } from "#lib/releases/bulk/schema";
import { isReleaseOver } from "../releases/use-releases.ts";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ProgressBar } from "../ui/progress-bar.tsx";
import { ReleaseStateView } from "../ui/release-state.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { State } from "../ui/state.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import classes from "./bulk.module.css";
import { isBulkOver, useBulk } from "./use-bulk.ts";

/** One timeline for all: how many are through, and each service with its release or the reason why it has none. */
export function BulkProgress({ id, badge, onClose }: { id: string; badge: ReactNode; onClose: () => void }) {
  const t = useTranslations("control.bulk");
  const releases = useTranslations("releases");
  const { data, error } = useBulk(id);
  const moves = useTranslations("gateways.dialog");
  const kind = data?.meshMode ?? (data?.kind === "scale" ? "scale" : "restart");
  const over = data !== undefined && isBulkOver(data);
  const through = data?.items.filter(({ release, error: why }) => (release ? isReleaseOver(release.state) : why)) ?? [];
  const count = data?.items.length ?? 0;
  return (
    <Dialog
      opened
      onClose={onClose}
      title={data?.gateway ? moves(`title.${data.gateway}`, { count }) : t(`title.${kind}`, { count })}
      badges={badge}
      footer={
        <>
          <span className="k-small k-quiet">{over ? t("over") : releases("goesOn")}</span>
          <Button look={over ? "primary" : "outline"} onClick={onClose}>
            {releases("close")}
          </Button>
        </>
      }
    >
      {error && <Failure error={error} />}
      {data === undefined ? (
        <SkeletonRows rows={4} columns="1fr 120px" />
      ) : (
        <div className={classes.form}>
          <p>{t("through", { through: through.length, count })}</p>
          <ProgressBar share={through.length / count} label={t("services")} tone="working" />
          <ul className={classes.items} aria-label={t("services")}>
            {data.items.map((item) => (
              <Item key={item.appId} item={item} />
            ))}
          </ul>
        </div>
      )}
    </Dialog>
  );
}

function Item({ item: { app, release, error } }: { item: BulkView["items"][number] }) {
  const t = useTranslations("control.bulk");
  const errorText = usePublicErrorText();
  return (
    <li>
      <span className="k-trunc">{app}</span>
      {release ? (
        <Link className="k-link k-num" href={`/services/${app}/releases/${release.id}`}>
          #{release.number}
        </Link>
      ) : (
        <span />
      )}
      {release ? (
        <ReleaseStateView state={release.state} />
      ) : (
        <State glyph={error ? "fail" : "wait"}>{t(error ? "none" : "waits")}</State>
      )}
      {error && <small>{errorText(error)}</small>}
    </li>
  );
}
