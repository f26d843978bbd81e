"use client";

import { useTranslations } from "use-intl";

const OWN_KINDS = ["webhook", "job", "repository", "tag", "project"] as const;

/** Our own kinds in words; those of Kubernetes ("apps/v1/Deployment") keep their name. */
export function useKindWord(): (kind: string) => string {
  const t = useTranslations("retire.kind");
  return (kind) => {
    const own = OWN_KINDS.find((candidate) => candidate === kind);
    return own ? t(own) : (kind.split("/").at(-1) ?? kind);
  };
}

/** A system as people know it: a cluster by its name. */
export function useSystemWord(): (system: { system: string; name: string }) => string {
  const t = useTranslations("retire");
  return ({ system, name }) => (system.startsWith("cluster:") ? t("cluster", { name }) : name);
}
