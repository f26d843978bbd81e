"use client";

import { Menu } from "@mantine/core";
import { Ellipsis, ExternalLink, Hammer, Scaling, Share2, Upload } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import { useBuilds } from "../builds/use-builds.ts";
import { useSelection } from "../shell/selection.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { LanguageChip } from "../ui/language-chip.tsx";
import { bareUrl } from "./bare-url.ts";
import classes from "./service.module.css";
import { useServiceActions } from "./service-actions-context.tsx";
import { StateSentence } from "./state-sentence.tsx";

/** Two lines on every tab: who it is and what can be done; how it is, in a sentence with source and age. */
export function ServiceHead({ app }: { app: AppView }) {
  const t = useTranslations("service");
  const { environment } = useSelection();
  const place = app.environments.find((candidate) => candidate.environmentId === environment?.id);
  return (
    <header className={classes.head}>
      <div className={classes.line}>
        <Link href="/services" className={classes.crumb}>
          {t("services")}
        </Link>
        <h1 className={classes.name} title={app.displayName ?? app.name}>
          {app.name}
        </h1>
        {app.displayName !== null && <span className={classes.displayName}>{app.displayName}</span>}
        <LanguageChip language={app.language} />
        {place?.meshMode && (
          <Badge icon={<Share2 size={12} strokeWidth={1.5} aria-hidden />}>{t(`mode.${place.meshMode}`)}</Badge>
        )}
        {place && <Address place={place} />}
        <Actions app={app} />
      </div>
      <StateSentence place={place} environment={environment?.name ?? ""} app={app} />
    </header>
  );
}

/** The first address that can be opened; of wildcards alone the first as it stands, since nothing is one of its hosts by itself. */
function Address({ place: { urls, wildcards } }: { place: AppEnvironmentView }) {
  const t = useTranslations("service");
  const [[url], [wildcard]] = [urls, wildcards];
  if (url !== undefined)
    return (
      <a className={classes.url} href={url} target="_blank" rel="noreferrer" title={t("open", { url })}>
        {bareUrl(url)}
        <ExternalLink size={12} strokeWidth={1.75} aria-hidden />
      </a>
    );
  return (
    wildcard !== undefined && (
      <span className={classes.wildcard} title={t("anyHost")}>
        {bareUrl(wildcard)}
      </span>
    )
  );
}

function Actions({ app }: { app: AppView }) {
  const t = useTranslations("service.actions");
  const verbs = useTranslations("control.verbs");
  const retire = useTranslations("retire");
  const actions = useServiceActions();
  const { environment } = useSelection();
  const place = app.environments.find((candidate) => candidate.environmentId === environment?.id);
  const runs = place?.currentRelease != null || place?.inFlightRelease != null;
  const whyNotChange =
    actions.whyNotRelease ?? (runs ? undefined : t("notReleased", { environment: environment?.name ?? "" }));
  const released = place?.currentRelease != null;
  const builds = useBuilds(app.name, 1).data;
  // Until the list is there, what is known of the service decides.
  const releasable =
    builds?.rows.some(({ state }) => state === "succeeded") ?? (runs || app.lastBuild?.state === "succeeded");
  const whyNotRelease = actions.whyNotRelease ?? (releasable ? undefined : t("noBuild"));
  const icon = { size: 16, strokeWidth: 1.5 } as const;
  return (
    <div className={classes.actions} role="group" aria-label={t("label")}>
      <Button icon={<Hammer {...icon} />} why={actions.whyNotBuild} onClick={actions.openBuild}>
        {t("build")}
      </Button>
      <Button
        icon={<Upload {...icon} />}
        why={whyNotRelease}
        onClick={() => actions.open({ kind: "deploy", buildId: null })}
      >
        {t("release")}
      </Button>
      <Button icon={<Scaling {...icon} />} why={whyNotChange} onClick={() => actions.open({ kind: "scale" })}>
        {t("scale")}
      </Button>
      <Button icon={<Share2 {...icon} />} why={whyNotChange} onClick={() => actions.open({ kind: "network" })}>
        {t("mesh")}
      </Button>
      <Menu>
        <Menu.Target>
          <IconButton label={t("more")}>
            <Ellipsis {...icon} />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={whyNotChange !== undefined} onClick={() => actions.open({ kind: "resources" })}>
            {t("resources")}
          </Menu.Item>
          <Menu.Item disabled={whyNotChange !== undefined} onClick={() => actions.open({ kind: "restart" })}>
            {t("restart")}
          </Menu.Item>
          <Menu.Item disabled={whyNotChange !== undefined} onClick={() => actions.open({ kind: "lease" })}>
            {verbs("lease")}
          </Menu.Item>
          {place?.health === "paused" ? (
            <Menu.Item disabled={whyNotChange !== undefined} onClick={() => actions.open({ kind: "start" })}>
              {verbs("start")}
            </Menu.Item>
          ) : (
            <Menu.Item disabled={whyNotChange !== undefined} onClick={() => actions.open({ kind: "stop" })}>
              {verbs("stop")}
            </Menu.Item>
          )}
          <Menu.Item disabled={!released} onClick={() => actions.open({ kind: "clone" })}>
            {verbs("clone")}
          </Menu.Item>
          <Menu.Item
            disabled={!released}
            component="a"
            href={`/api/apps/${app.name}/manifests?environment=${environment?.name ?? ""}`}
            download
          >
            {verbs("export")}
          </Menu.Item>
          <Menu.Item disabled={whyNotChange !== undefined} component={Link} href={`/services/${app.name}/releases`}>
            {t("rollback")}
          </Menu.Item>
          <Menu.Item
            disabled={actions.whyNotRetire !== undefined}
            title={actions.whyNotRetire}
            onClick={actions.openRetire}
          >
            {retire("open")}
          </Menu.Item>
          {app.webUrl !== null && (
            <Menu.Item component="a" href={app.webUrl} target="_blank" rel="noreferrer">
              {t("repository")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
