"use client";

import { useTranslations } from "use-intl";
import { printReplicas } from "#lib/apps/scaling-rules";
import type { AppView } from "#lib/apps/schema";
import { configRefs } from "#lib/apps/spec/config-schema";
import type { ReleaseView } from "#lib/releases/schema";
import { useServiceActions } from "../service/service-actions-context.tsx";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Commit } from "../ui/commit.tsx";
import { Digest } from "../ui/digest.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { Message } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { ReleaseStateView } from "../ui/release-state.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { ChangeWords } from "./change-words.tsx";
import { LeaseFact } from "./lease-fact.tsx";
import { ReleaseControl } from "./release-control.tsx";
import { ReleaseStanding } from "./release-standing.tsx";
import { ReleaseTimeline } from "./release-timeline.tsx";
import classes from "./releases.module.css";
import { isReleaseOver, useRelease } from "./use-releases.ts";

/** One release: its timeline, what it changed, and the way back. */
export function ReleasePage({ app, id }: { app: AppView; id: string }) {
  const t = useTranslations("releases");
  const control = useTranslations("control");
  const errorText = usePublicErrorText();
  const actions = useServiceActions();
  const { data: release, error, refetch } = useRelease(id);
  if (error && release === undefined) return <Failure error={error} onRetry={() => void refetch()} />;
  if (release === undefined) return <SkeletonRows columns="16px 1fr 60px" />;
  const config = configRefs(release.spec.config)
    .map(({ name, version }) => `${name} v${version}`)
    .join(", ");
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h2>
          {t("number", { number: release.number })}{" "}
          <ReleaseStateView state={release.state} paused={release.paused !== null} />
        </h2>
        <span className="k-quiet">
          {t(`kind.${release.kind}`)} · {release.environment} · {release.requestedBy ?? t("system")}{" "}
          <RelativeTime at={release.requestedAt} />
        </span>
        <ReleaseControl release={release} why={actions.whyNotRelease} />
        {release.state === "done" && !release.isCurrent && (
          <Button
            small
            why={actions.whyNotRelease}
            onClick={() => actions.open({ kind: "rollback", number: release.number })}
          >
            {t("rollBack")}
          </Button>
        )}
      </header>
      <ReleaseStanding app={app} release={release} />
      {(release.isCurrent || !isReleaseOver(release.state)) && (
        <p>
          {control("runsIt", { running: release.running, wanted: release.wanted, number: release.number })}
          {config !== "" && control("withConfig", { config })}
        </p>
      )}
      {release.error && (
        <Message state="fail" title={t("failedTitle")}>
          {errorText(release.error)}
        </Message>
      )}
      <div className={classes.columns}>
        <Panel title={t("steps.title")} padded>
          <ReleaseTimeline release={release} brief={release.error !== null} />
        </Panel>
        <div className={classes.page} style={{ padding: 0 }}>
          <Panel title={t("column.what")} padded>
            {release.number === 1 ? <p>{t("firstRelease")}</p> : <ChangeWords changes={release.changes} />}
          </Panel>
          <Panel title={t("spec")}>
            <ReleaseFacts app={app} release={release} />
          </Panel>
        </div>
      </div>
    </div>
  );
}

function ReleaseFacts({ app, release }: { app: AppView; release: ReleaseView }) {
  const control = useTranslations("control");
  const t = useTranslations("releases");
  return (
    <KeyValue
      facts={[
        { key: "image", label: t("change.imageDigest"), value: <Digest value={release.imageDigest} /> },
        {
          key: "commit",
          label: t("change.imageCommit"),
          value: release.commitSha ? (
            <>
              <Commit sha={release.commitSha} copy /> {release.commitTitle}
            </>
          ) : (
            t("nothing")
          ),
        },
        { key: "replicas", label: t("change.replicas"), value: printReplicas(release.spec) },
        ...(release.lease === null
          ? []
          : [{ key: "lease", label: control("lease.until"), value: <LeaseFact lease={release.lease} /> }]),
        ...(release.reason === null ? [] : [{ key: "why", label: t("why"), value: release.reason }]),
        ...(release.buildNumber === null
          ? []
          : [
              {
                key: "build",
                label: t("build"),
                value: (
                  <a className="k-link" href={`/services/${app.name}/builds`}>
                    b{release.buildNumber}
                  </a>
                ),
              },
            ]),
      ]}
    />
  );
}
