import { CANARY_SUFFIX } from "#lib/apps/naming-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { APP_LABEL, NAME_LABEL, RELEASE_LABEL, TRACK_LABEL } from "#lib/clusters/label-rules";
import { destinationRule } from "./destination-rule.ts";
import { type CanaryShare, type Manifest, type ManifestInput, metadata } from "./object.ts";
import { podTemplate } from "./pod.ts";
import { portsOf } from "./service.ts";
import { deploymentFields } from "./workload.ts";

export const canaryName = (app: { name: string }): string => `${app.name}${CANARY_SUFFIX}`;

/**
 * Labels by which the canary's own Service and Deployment find its pods. Another name than the app's: neither the app's
 * Service, nor its budget, nor its autoscaler counts a canary's pods as the app's.
 */
export const canarySelector = ({ app }: Pick<ManifestInput, "app">): Record<string, string> => ({
  [NAME_LABEL]: canaryName(app),
  [APP_LABEL]: app.id,
});

const own = (input: ManifestInput, more: Record<string, string> = {}) => {
  const meta = metadata(input, canaryName(input.app));
  return { ...meta, labels: { ...meta.labels, ...canarySelector(input), ...more } };
};

const canaryService = (input: ManifestInput): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: own(input),
  spec: { type: "ClusterIP", selector: canarySelector(input), ports: portsOf(input) },
});

/** The Spec's pods beside those that run, made from the same template. */
function canaryDeployment(input: ManifestInput, { replicas }: CanaryShare): Manifest {
  const template = podTemplate(input);
  const labels = { ...template.metadata.labels, ...canarySelector(input), [TRACK_LABEL]: "canary" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: own(input, { [RELEASE_LABEL]: String(input.releaseNumber) }),
    spec: {
      replicas,
      revisionHistoryLimit: 0,
      minReadySeconds: input.spec.strategy.minReadySeconds,
      selector: { matchLabels: canarySelector(input) },
      ...deploymentFields({ ...input, paused: false }),
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** Before a route names it, and removed after the last one does not any more. */
export const canaryObjects = (input: ManifestInput): Manifest[] =>
  input.canary
    ? [canaryService(input), canaryDeployment(input, input.canary), destinationRule(input, own(input)) ?? []].flat()
    : [];

const CANARY_KINDS = ["v1/Service", "apps/v1/Deployment", "networking.istio.io/v1/DestinationRule"];

/** Is this ledger entry one of them? `kind` is "<apiVersion>/<Kind>", `key` "<namespace>/<name>". */
export const isCanaryObject = (app: { name: string }, { kind, key }: { kind: string; key: string }): boolean =>
  CANARY_KINDS.includes(kind) && key.endsWith(`/${canaryName(app)}`);

/** Ports of a Spec by which a route can reach its pods, and the routes themselves, as one comparable text. */
export const waysIn = ({ exposure, ports }: Pick<AppSpec, "exposure" | "ports">): string =>
  JSON.stringify([exposure, ports]);
