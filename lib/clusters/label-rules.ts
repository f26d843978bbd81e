/** The labels by which Kepler knows its own objects again, wherever it meets them. */
export const MANAGED_BY = { "app.kubernetes.io/managed-by": "kepler" } as const;
/** Name of the app, and of its own container in each of its pods. */
export const NAME_LABEL = "app.kubernetes.io/name";
export const APP_LABEL = "kepler.dev/app";
export const RELEASE_LABEL = "kepler.dev/release";
/** "canary" on the pods that a release is tried with beside those that run; absent on all others. */
export const TRACK_LABEL = "kepler.dev/track";
/** Label selector of everything that Kepler owns. */
export const MANAGED_SELECTOR = "app.kubernetes.io/managed-by=kepler";
/** And of what it does not: among that are pods of imported workloads. */
export const UNMANAGED_SELECTOR = "app.kubernetes.io/managed-by!=kepler";

/** Plain labels as the API's label selector: all of them, with these values. */
export const labelSelectorOf = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");

type Labels = Record<string, string> | null | undefined;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The app that owns a labelled object; null for an id that cannot be one: labels may be written by anyone. */
export function appIdOf(labels: Labels): string | null {
  const id = labels?.[APP_LABEL];
  return id && UUID.test(id) ? id : null;
}

export const isManaged = (labels: Labels): boolean =>
  Object.entries(MANAGED_BY).every(([label, value]) => labels?.[label] === value);

export function releaseNumberOf(labels: Labels): number | null {
  const number = labels?.[RELEASE_LABEL];
  return number && /^\d{1,9}$/.test(number) ? Number(number) : null;
}
