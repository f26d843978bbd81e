"use client";

import { useFormatter, useTranslations } from "use-intl";
import type { RouteLoss } from "#lib/apps/spec/gateway-rules";

/** What a route loses, in words: "Resting: timeout, retries". */
export function useLossWords(): (loss: Pick<RouteLoss, "is" | "features">) => string {
  const t = useTranslations("gateways");
  const format = useFormatter();
  return ({ is, features }) => t(is, { features: format.list(features.map((feature) => t(`feature.${feature}`))) });
}
