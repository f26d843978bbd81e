import { type AppSpec } from "#lib/apps/spec-schema";
import { labelSelectorOf } from "#lib/clusters/label-rules";
import { containerOf, selector } from "#lib/releases/manifests/object";

/** Where an app stands and by what its pods are found there: an adopted one keeps the labels and names that others gave it. */
export type PlaceOfApp = {
  app: { id: string; name: string };
  /** The app's own container in each of its pods. */
  container: string;
  labelSelector: string;
  workload: AppSpec["workload"]["kind"];
  exposure: AppSpec["exposure"];
  clusterId: string;
  namespace: string;
};

type Given = Pick<PlaceOfApp, "app" | "clusterId" | "namespace"> & { spec: AppSpec };

export const placeOf = ({ spec, ...where }: Given): PlaceOfApp => ({
  ...where,
  container: containerOf({ app: where.app, spec }),
  labelSelector: labelSelectorOf(selector({ app: where.app, spec })),
  workload: spec.workload.kind,
  exposure: spec.exposure,
});
