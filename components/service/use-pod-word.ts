"use client";

import { useTranslations } from "use-intl";
import type { PodView } from "#lib/clusters/schema";

/** What `kubectl get pods` calls its state; but "Running" is what Kubernetes calls a pod that no traffic reaches yet, too. */
export function usePodWord(): (pod: Pick<PodView, "status" | "ready">) => string {
  const t = useTranslations("service.pods");
  return ({ status, ready }) => (status === "Running" && !ready ? t("notReady") : status);
}
