"use client";

import { useTranslations } from "use-intl";
import type { CallsNode } from "#lib/topology/calls-schema";

/** What a caller, or what is called, is named. */
export function useNodeName(): (node: CallsNode) => string {
  const t = useTranslations("topology.calls");
  return ({ kind, name }) => (kind === "service" || kind === "outside" ? name : t(`node.${kind}`));
}
