"use client";

import { useFormatter, useTranslations } from "use-intl";
import type { RouteLoss, TrafficFeature } from "#lib/apps/spec/gateway-rules";
import type { TrafficPolicyPart } from "#lib/apps/spec/traffic-policy-schema";

type Loss = { is: RouteLoss["is"]; features: readonly (TrafficFeature | TrafficPolicyPart)[] };

/** What a route or a service loses, in words: "Resting: timeout, retries". */
export function useLossWords(): (loss: Loss) => string {
  const t = useTranslations("gateways");
  const format = useFormatter();
  return ({ is, features }) => t(is, { features: format.list(features.map((feature) => t(`feature.${feature}`))) });
}
