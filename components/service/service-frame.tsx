"use client";

import { useSearchParams } from "next/navigation";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { BuildDialog } from "../builds/build-dialog.tsx";
import { ReleaseDialog } from "../releases/release-dialog.tsx";
import type { ReleaseTask } from "../releases/release-task.ts";
import { useAllows, useSelection } from "../shell/selection.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { ServiceActionsContext } from "./service-actions-context.tsx";
import { ServiceHead } from "./service-head.tsx";
import { useService } from "./use-service.ts";

/** Head and tabs of a service, the same on every tab, and the dialogs that any tab may open. */
export function ServiceFrame({ initial, children }: { initial: AppView; children: ReactNode }) {
  const t = useTranslations("service");
  const { data: app = initial } = useService(initial.name, initial);
  const { environment } = useSelection();
  const allows = useAllows();
  const wantedBuild = useSearchParams().get("release");
  const [task, setTask] = useState<ReleaseTask | null>(
    wantedBuild === null ? null : { kind: "deploy", buildId: wantedBuild },
  );
  const [building, setBuilding] = useState(false);
  const mayRelease = allows(environment?.purpose === "prod" ? "release.create.prod" : "release.create", app.teamId);
  const mayBuild = allows("build.run", app.teamId);

  const actions = useMemo(
    () => ({
      open: setTask,
      openBuild: () => setBuilding(true),
      whyNotRelease: mayRelease ? undefined : t("actions.mayNot"),
      whyNotBuild: mayBuild ? undefined : t("actions.mayNot"),
    }),
    [mayRelease, mayBuild, t],
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
          { href: `${base}/settings`, label: t("tabs.settings") },
        ]}
      />
      {children}
      {building && <BuildDialog app={app} opened onClose={() => setBuilding(false)} />}
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
