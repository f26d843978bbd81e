"use client";

import { createContext, useContext } from "react";
import type { ReleaseTask } from "../releases/release-task.ts";

export type ServiceActions = {
  /** Opens the one dialog of every change. */
  open: (task: ReleaseTask) => void;
  openBuild: () => void;
  /** Why this person may not release here; undefined when they may. */
  whyNotRelease: string | undefined;
  whyNotBuild: string | undefined;
  openRetire: () => void;
  whyNotRetire: string | undefined;
};

export const ServiceActionsContext = createContext<ServiceActions | null>(null);

/** What can be done with the service, from any of its tabs. */
export function useServiceActions(): ServiceActions {
  const actions = useContext(ServiceActionsContext);
  if (actions === null) throw new TypeError("Only inside a service's frame.");
  return actions;
}
