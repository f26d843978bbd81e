"use client";

import { useTranslations } from "use-intl";
import type { PodView } from "#lib/clusters/schema";

/**
 * What `kubectl get pods` calls its state, in the reader's language where it is a word and not a reason to look up; but
 * "Running" is what Kubernetes calls a pod that no traffic reaches yet, too.
 */
export function usePodWord(): (pod: Pick<PodView, "status" | "ready">) => string {
  const t = useTranslations("service.pods");
  const words = useTranslations("service.pods.status");
  return ({ status, ready }) => {
    if (status === "Running" && !ready) return t("notReady");
    const key = status as Parameters<typeof words.has>[0];
    return words.has(key) ? words(key) : status;
  };
}
