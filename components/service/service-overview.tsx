"use client";

import Link from "next/link";
import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { DiagnosisPanel } from "../diagnosis/diagnosis-panel.tsx";
import { CanaryBanner } from "../releases/canary-banner.tsx";
import { useSelection } from "../shell/selection.tsx";
import { TopologyPanel } from "../topology/topology-panel.tsx";
import { Commit } from "../ui/commit.tsx";
import { Digest } from "../ui/digest.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { Panel } from "../ui/panel.tsx";
import { bareUrl } from "./bare-url.ts";
import { DriftPanel } from "./drift-panel.tsx";
import { EventsPanel } from "./events-panel.tsx";
import { Journey } from "./journey.tsx";
import { LeaseLine } from "./lease-line.tsx";
import { LedgerPanel } from "./ledger-panel.tsx";
import { NewerBuild } from "./newer-build.tsx";
import { PodsPanel } from "./pods-panel.tsx";
import classes from "./service.module.css";
import { Trouble } from "./trouble.tsx";
import { usePods, useService } from "./use-service.ts";

const LastHour = lazy(() => import("../metrics/last-hour.tsx").then((module) => ({ default: module.LastHour })));

/** What needs a person first, then how it runs, then where it comes from. */
export function ServiceOverview({ initial }: { initial: AppView }) {
  const { data: app } = useService(initial);
  const { environment } = useSelection();
  const place = app.environments.find((candidate) => candidate.environmentId === environment?.id);
  return (
    <div className={classes.overview}>
      <Trouble app={app} place={place} />
      {place?.onTrial && <CanaryBanner releaseId={place.inFlightReleaseId} />}
      {app.retirement === null && <DiagnosisPanel app={app} place={place} />}
      {/* What a retirement takes away is missing on purpose. */}
      {app.retirement === null && <DriftPanel app={app} place={place} />}
      {app.retirement === null && place && <NewerBuild app={app} place={place} />}
      <LeaseLine app={app} environmentId={environment?.id} />
      <Journey app={app} />
      <TopologyPanel app={app} environment={environment?.name ?? ""} />
      <div className={classes.columns}>
        <div className={classes.column}>
          <PodsPanel app={app} environment={environment} place={place} />
          <EventsPanel app={app} environment={environment?.name ?? ""} />
        </div>
        <div className={classes.column}>
          {place && place.currentRelease !== null && (
            <Suspense fallback={<div className={classes.lastHourWaiting} aria-hidden="true" />}>
              <LastHour app={app} environment={place.environment} />
            </Suspense>
          )}
          <WhatRuns app={app} place={place} />
          <Source app={app} />
          <LedgerPanel app={app} />
        </div>
      </div>
    </div>
  );
}

function WhatRuns({ app, place }: { app: AppView; place: AppView["environments"][number] | undefined }) {
  const t = useTranslations("service");
  if (place === undefined || place.currentRelease === null) {
    return (
      <Panel title={t("runs.title")} padded>
        <p className="k-quiet">{t("runs.none")}</p>
      </Panel>
    );
  }
  return (
    <Panel title={t("runs.title")}>
      <KeyValue
        facts={[
          {
            key: "release",
            label: t("runs.release"),
            value: (
              <Link className="k-link" href={`/services/${app.name}/releases/${place.currentReleaseId}`}>
                #{place.currentRelease}
              </Link>
            ),
          },
          {
            key: "image",
            label: t("runs.image"),
            value: place.imageDigest ? <Digest value={place.imageDigest} /> : "–",
          },
          { key: "version", label: t("runs.version"), value: place.version ?? "–" },
          {
            key: "commit",
            label: t("runs.commit"),
            value: place.commitSha ? <Commit sha={place.commitSha} copy /> : "–",
          },
          { key: "replicas", label: t("runs.replicas"), value: place.wanted },
          {
            key: "mode",
            label: t("runs.mode"),
            value: place.meshMode ? t(`mode.${place.meshMode}`) : "–",
            end: place.meshMode === "mesh" ? <Meshed app={app} environment={place.environment} /> : undefined,
          },
          ...place.urls.map((url) => ({
            key: url,
            label: t("runs.url"),
            value: (
              <a className="k-link" href={url} target="_blank" rel="noreferrer">
                {bareUrl(url)}
              </a>
            ),
          })),
          ...place.wildcards.map((address) => ({
            key: address,
            label: t("runs.url"),
            value: <span title={t("anyHost")}>{bareUrl(address)}</span>,
          })),
        ]}
      />
    </Panel>
  );
}

/** Which pods really have their proxy: what was asked for and what is there are two things. */
function Meshed({ app, environment }: { app: AppView; environment: string }) {
  const t = useTranslations("service.runs");
  const pods = usePods(app, environment).data?.rows ?? [];
  const versions = [...new Set(pods.flatMap(({ meshProxy }) => meshProxy ?? []))];
  const meshed = pods.filter(({ meshProxy }) => meshProxy !== null).length;
  return <>{t("meshed", { meshed, pods: pods.length, version: versions.join(", ") || "none" })}</>;
}

function Source({ app }: { app: AppView }) {
  const t = useTranslations("service.facts");
  return (
    <Panel title={t("title")}>
      <KeyValue
        facts={[
          {
            key: "repository",
            label: t("repository"),
            value:
              app.webUrl === null ? (
                t("noRepository")
              ) : (
                <a className="k-link" href={app.webUrl} target="_blank" rel="noreferrer">
                  {app.gitlabProjectPath}
                </a>
              ),
          },
          {
            key: "ref",
            label: t("ref"),
            value: <code>{app.defaultRef}</code>,
            end: app.buildOnPush ? t("onPush") : t("notOnPush"),
          },
          { key: "dockerfile", label: t("dockerfile"), value: <code>{app.dockerfilePath}</code> },
          { key: "team", label: t("team"), value: app.team },
        ]}
      />
    </Panel>
  );
}
