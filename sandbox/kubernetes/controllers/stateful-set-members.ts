import { type JsonObject } from "../json.ts";
import {
  type ControllerRevision,
  type KubeObject,
  type PodTemplate,
  type StatefulSet,
  type Volume,
} from "../objects.ts";
import { controlledBy } from "../store/resources.ts";
import { templateOf } from "./stateful-set-revisions.ts";

export const REVISION = "controller-revision-hash";

export const ordinalOf = ({ metadata }: KubeObject): number => Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? -1);
export const claimName = (template: string, pod: string): string => `${template}-${pod}`;

/** The pod of a number: its name, its host name under the set's Service, and its own claims in place of the templates. */
export function memberOf(
  set: StatefulSet,
  ordinal: number,
  revision: ControllerRevision,
): JsonObject & { metadata: JsonObject & { name: string } } {
  const template: PodTemplate = templateOf(revision);
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = (set.spec.volumeClaimTemplates ?? []).map(
    ({ metadata }): Volume => ({
      name: metadata.name,
      persistentVolumeClaim: { claimName: claimName(metadata.name, name) },
    }),
  );
  const others = (template.spec.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name));
  return {
    metadata: {
      ...template.metadata,
      name,
      labels: {
        ...template.metadata?.labels,
        "apps.kubernetes.io/pod-index": String(ordinal),
        "statefulset.kubernetes.io/pod-name": name,
        [REVISION]: revision.metadata.name,
      },
      ownerReferences: [controlledBy(set)],
    },
    spec: {
      ...template.spec,
      hostname: name,
      subdomain: set.spec.serviceName,
      volumes: [...claims, ...others],
    },
  };
}
