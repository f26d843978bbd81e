"use client";

import { useSearchParams } from "next/navigation";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { BuildDialog } from "../builds/build-dialog.tsx";
import { ReleaseDialog } from "../releases/release-dialog.tsx";
import type { ReleaseTask } from "../releases/release-task.ts";
import { OnItsWayOut } from "../retire/on-its-way-out.tsx";
import { RetireDialog } from "../retire/retire-dialog.tsx";
import { hasGone, useRetirement } from "../retire/use-retirement.ts";
import { useAllows, useSelection } from "../shell/selection.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { ServiceActionsContext } from "./service-actions-context.tsx";
import { ServiceHead } from "./service-head.tsx";
import { useService } from "./use-service.ts";

/** Head and tabs of a service, the same on every tab, and the dialogs that any tab may open. */
export function ServiceFrame({ initial, children }: { initial: AppView; children: ReactNode }) {
  const t = useTranslations("service");
  const retire = useTranslations("retire");
  const { data: app } = useService(initial);
  const { environment } = useSelection();
  const allows = useAllows();
  const wantedBuild = useSearchParams().get("release");
  const [task, setTask] = useState<ReleaseTask | null>(
    wantedBuild === null ? null : { kind: "deploy", buildId: wantedBuild },
  );
  const [building, setBuilding] = useState(false);
  const mayRelease = allows(environment?.purpose === "prod" ? "release.create.prod" : "release.create", app.teamId);
  const repository = app.gitlabProjectId;
  const mayBuild = allows("build.run", app.teamId);
  const mayRetire = allows("app.retire", app.teamId);
  const [retiring, setRetiring] = useState(false);
  const leaving = app.retirement !== null;
  const gone = hasGone(useRetirement(app.retirement?.id).data);

  const actions = useMemo(
    () => ({
      open: setTask,
      openBuild: () => setBuilding(true),
      whyNotRelease: leaving ? retire("going") : mayRelease ? undefined : t("actions.mayNot"),
      whyNotBuild: leaving
        ? retire("going")
        : !mayBuild
          ? t("actions.mayNot")
          : repository === null
            ? t("actions.noRepository")
            : undefined,
      openRetire: () => setRetiring(true),
      whyNotRetire: leaving ? retire("going") : mayRetire ? undefined : retire("mayNot"),
    }),
    [leaving, mayRelease, mayBuild, mayRetire, repository, t, retire],
  );
  const base = `/services/${app.name}`;
  return (
    <ServiceActionsContext value={actions}>
      <ServiceHead app={app} />
      <Tabs
        label={t("tabs.label")}
        tabs={[
          { href: base, label: t("tabs.overview") },
          { href: `${base}/builds`, label: t("tabs.builds") },
          { href: `${base}/releases`, label: t("tabs.releases") },
          { href: `${base}/logs`, label: t("tabs.logs") },
          { href: `${base}/metrics`, label: t("tabs.metrics") },
          { href: `${base}/terminal`, label: t("tabs.terminal") },
          { href: `${base}/config`, label: t("tabs.config") },
          { href: `${base}/settings`, label: t("tabs.settings") },
        ]}
      />
      {app.retirement && !retiring && <OnItsWayOut retirement={app.retirement} gone={gone} />}
      {!gone && children}
      {retiring && <RetireDialog app={app} onClose={() => setRetiring(false)} />}
      {building && repository !== null && (
        <BuildDialog app={{ ...app, gitlabProjectId: repository }} opened onClose={() => setBuilding(false)} />
      )}
      {environment && (
        <ReleaseDialog
          key={JSON.stringify(task)}
          app={app}
          environment={environment}
          task={task}
          onClose={() => setTask(null)}
        />
      )}
    </ServiceActionsContext>
  );
}
