import "server-only";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type ObjectRef } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";

type Place = { spec: Pick<AppSpec, "workload">; app: { name: string }; environment: { namespace: string } };

/** The controller of an app's pods, as an object of the cluster. */
export const workloadRefOf = ({ spec, app, environment }: Place): ObjectRef => ({
  ...(spec.workload.kind === "statefulset" ? KINDS.statefulSet : KINDS.deployment),
  namespace: environment.namespace,
  name: app.name,
});
