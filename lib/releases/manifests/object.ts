import { type ConfigRef } from "#lib/apps/spec/config-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { APP_LABEL, MANAGED_BY, NAME_LABEL } from "#lib/clusters/label-rules";

/** A Kubernetes object as Kepler writes it: plain data, ready for server-side apply. */
export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
};

/** What a version that a Spec names says: key to value, in clear. */
export type ConfigContent = ConfigRef & { data: Record<string, string> };

/** Where collected log lines go, and the collector's image. */
export type LogOutput = { image: string; elasticsearchHosts: readonly string[] };

export type ManifestInput = {
  app: { id: string; name: string };
  namespace: string;
  spec: AppSpec;
  releaseNumber: number;
  /**
   * Number of the release that last changed the pod template: pods carry it, so that scaling restarts nothing. 0 while an
   * adopted workload's template is as it was found: it is then not applied at all, and the pods carry no label of Kepler's.
   */
  podRelease: number;
  /** Hold the rollout (`kubectl rollout pause`); always written, so that a pause by hand ends with the next release. */
  paused?: boolean;
  /** None is configured when absent: a Spec that collects logs is then refused before anything is applied (specGap). */
  logOutput?: LogOutput | null;
  /** Of every version that the Spec names (render-release.ts); pods need only its names. */
  config?: readonly ConfigContent[];
  /** Tried beside what runs, with a share of the requests. */
  canary?: CanaryShare | null;
};

/** A part of the requests, in percent, and how many pods answer them. */
export type CanaryShare = { weight: number; replicas: number };

type Whose = Pick<ManifestInput, "app" | "spec">;

/** Labels by which the workload, its Services and its budget find the pods. Never changes: selectors are immutable. */
export const selector = (input: Whose): Record<string, string> =>
  input.spec.adopted ? asMap(input.spec.adopted.selector) : ownLabels(input);

/** By which Kepler knows an object as the app's; an adopted one keeps the name that others gave it. */
export const ownLabels = ({ app, spec }: Whose): Record<string, string> => ({
  ...(spec.adopted ? {} : { [NAME_LABEL]: app.name }),
  [APP_LABEL]: app.id,
});

/** Is the workload one that was found, whose pods Kepler has not touched yet? */
export const isUntouched = ({ spec, podRelease }: Pick<ManifestInput, "spec" | "podRelease">): boolean =>
  spec.adopted !== null && podRelease === 0;

/** Labels that all pods of the service have, a canary's too. */
export const everyPod = (input: Pick<ManifestInput, "app" | "spec" | "podRelease">): Record<string, string> =>
  isUntouched(input) ? selector(input) : { [APP_LABEL]: input.app.id };

/** The app's own container in each of its pods. */
export const containerOf = ({ app, spec }: { app: { name: string }; spec: Pick<AppSpec, "adopted"> }): string =>
  spec.adopted?.container ?? app.name;

export const metadata = (input: ManifestInput, name: string = input.app.name): Manifest["metadata"] => ({
  name,
  namespace: input.namespace,
  labels: { ...ownLabels(input), ...MANAGED_BY },
});

/** The fields that say something: server-side apply owns what it names, so what is not wanted is not named. */
export const given = <Fields extends Record<string, unknown>>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => isSaid(value))) as Partial<Fields>;

function isSaid(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** [{name, value}] as Kubernetes' maps have it. */
export const asMap = (pairs: readonly { name: string; value: string }[]): Record<string, string> =>
  Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
