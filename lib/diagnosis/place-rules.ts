import { type AppSpec } from "#lib/apps/spec-schema";
import { containerOf, selector } from "#lib/releases/manifests/object";

/** Where an app stands and by what its pods are found there: an adopted one keeps the labels and names that others gave it. */
export type PlaceOfApp = {
  app: { id: string; name: string };
  /** The app's own container in each of its pods. */
  container: string;
  labelSelector: string;
  workload: AppSpec["workload"]["kind"];
  clusterId: string;
  namespace: string;
};

type Given = Pick<PlaceOfApp, "app" | "clusterId" | "namespace"> & { spec: AppSpec };

export const placeOf = ({ spec, ...where }: Given): PlaceOfApp => ({
  ...where,
  container: containerOf({ app: where.app, spec }),
  labelSelector: Object.entries(selector({ app: where.app, spec }))
    .map(([label, value]) => `${label}=${value}`)
    .join(","),
  workload: spec.workload.kind,
});
