"use client";

import { lazy, Suspense, useMemo } from "react";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { CloneForm } from "./clone-form.tsx";
import { DeployForm } from "./deploy-form.tsx";
import { LeaseForm } from "./lease-form.tsx";
import { ReleaseForm } from "./release-form.tsx";
import type { TaskFormProps } from "./release-task.ts";
import { RollbackForm } from "./rollback-form.tsx";

// What edits settings is loaded when it is opened: no list and no other dialog waits for it.
const SettingsForm = lazy(() =>
  import("../settings/settings-form.tsx").then((module) => ({ default: module.SettingsForm })),
);

/** The form of each kind of change; all of them end in the one ReleaseForm. */
export function TaskForm({ task, ...rest }: TaskFormProps) {
  switch (task.kind) {
    case "deploy":
      return <DeployForm {...rest} task={task} />;
    case "scale":
    case "resources":
    case "network":
    case "configure":
      return (
        <Suspense fallback={<SkeletonRows rows={4} height={28} columns="120px 1fr 1fr" />}>
          <SettingsForm {...rest} task={task} />
        </Suspense>
      );
    case "rollback":
      return <RollbackForm {...rest} task={task} />;
    case "lease":
      return <LeaseForm {...rest} task={task} />;
    case "clone":
      return <CloneForm {...rest} task={task} />;
    case "restart":
    case "stop":
    case "start":
    case "drift":
      return <PlainForm {...rest} task={task} />;
  }
}

/** A change without fields of its own. */
function PlainForm({ app, environment, task, ...rest }: TaskFormProps<"restart" | "stop" | "start" | "drift">) {
  const intent = useMemo(
    () => ({
      environmentId: environment.id,
      ...PLAIN[task.kind],
      buildId: null,
      settings: null,
      restoresNumber: null,
    }),
    [environment.id, task],
  );
  const decisions = task.kind === "drift" ? task.decisions : undefined;
  return <ReleaseForm app={app} intent={intent} decisions={decisions} {...rest} />;
}

const PLAIN = {
  restart: { kind: "restart" },
  stop: { kind: "scale", replicas: 0 },
  start: { kind: "scale", replicas: "before" },
  drift: { kind: "configure" },
} as const;
