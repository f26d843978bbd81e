"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ReleaseStateView } from "../ui/release-state.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { ReleaseControl } from "./release-control.tsx";
import { ReleaseStanding } from "./release-standing.tsx";
import { ReleaseTimeline } from "./release-timeline.tsx";
import { isReleaseOver, useRelease } from "./use-releases.ts";

type Props = { releaseId: string; badge: ReactNode; onClose: () => void };

/** The dialog after confirm: the live timeline. Closing it changes nothing; the release goes on. */
export function ReleaseProgress({ releaseId, badge, onClose }: Props) {
  const t = useTranslations("releases");
  const { data: release, error } = useRelease(releaseId);
  const over = release !== undefined && isReleaseOver(release.state);
  return (
    <Dialog
      opened
      onClose={onClose}
      title={release ? t("number", { number: release.number }) : t("title.release")}
      badges={
        <>
          {release && <ReleaseStateView state={release.state} paused={release.paused !== null} />}
          {badge}
        </>
      }
      footer={
        <>
          <span className="k-small k-quiet">
            {over ? t(`after.${release.state === "done" ? "done" : "other"}`) : t("goesOn")}
          </span>
          {release && <ReleaseControl release={release} />}
          <Button look={over ? "primary" : "outline"} onClick={onClose}>
            {t("close")}
          </Button>
        </>
      }
    >
      {error && <Failure error={error} />}
      {release && <ReleaseStanding app={{ name: release.app }} release={release} />}
      {release ? <ReleaseTimeline release={release} /> : <SkeletonRows rows={4} columns="16px 1fr 60px" />}
    </Dialog>
  );
}
