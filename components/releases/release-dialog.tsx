"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { Badge } from "../ui/badge.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ReleaseProgress } from "./release-progress.tsx";
import type { ReleaseTask } from "./release-task.ts";
import { TaskForm } from "./task-form.tsx";

type Props = { app: AppView; environment: EnvironmentView; task: ReleaseTask | null; onClose: () => void };

/** The one shape of every change: form, what will change, effect, confirm; after confirm it is the live timeline. */
export function ReleaseDialog({ app, environment, task, onClose }: Props) {
  const t = useTranslations("releases");
  const [releaseId, setReleaseId] = useState<string | null>(null);
  const close = () => {
    setReleaseId(null);
    onClose();
  };
  const badge = <Badge tone={environment.purpose === "prod" ? "prod" : undefined}>{environment.name}</Badge>;
  if (task === null) return null;
  if (releaseId !== null) {
    return <ReleaseProgress releaseId={releaseId} badge={badge} onClose={close} />;
  }
  const title =
    task.kind === "rollback"
      ? t("title.rollback", { app: app.name, number: task.number })
      : t(`title.${task.kind === "drift" ? task.way : task.kind}`, { app: app.name });
  return (
    <Dialog opened onClose={close} title={title} badges={badge}>
      <TaskForm app={app} environment={environment} task={task} onCancel={close} onCreated={setReleaseId} />
    </Dialog>
  );
}
