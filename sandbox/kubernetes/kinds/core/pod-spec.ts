import { isObject, type JsonObject } from "../../json.ts";
import { type TypeRules } from "../compile.ts";
import { dnsLabel, dnsSubdomain } from "../names.ts";
import { type Cause } from "../schema.ts";
import { containerRules } from "./container.ts";
import { volumeRules } from "./volume.ts";

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Each mount names a volume of the pod. */
function mountsNameVolumes(spec: JsonObject, path: string): Cause[] {
  const volumes = new Set(objects(spec.volumes).map(({ name }) => name));
  return ["initContainers", "containers"].flatMap((group) =>
    objects(spec[group]).flatMap((container, index) =>
      objects(container.volumeMounts).flatMap(({ name }, place): Cause[] => {
        if (volumes.has(name)) return [];
        const field = `${path}.${group}[${index}].volumeMounts[${place}].name`;
        return [{ reason: "FieldValueNotFound", field, message: `Not found: ${JSON.stringify(name)}` }];
      }),
    ),
  );
}

/** A pod's spec, in a pod or in a template. */
export const podSpecRules: TypeRules = {
  ...containerRules,
  ...volumeRules,
  "core.v1.PodSpec": {
    fields: {
      containers: { minItems: 1 },
      restartPolicy: { default: "Always", enum: ["Always", "OnFailure", "Never"] },
      terminationGracePeriodSeconds: { default: 30 },
      activeDeadlineSeconds: { min: 1 },
      dnsPolicy: { default: "ClusterFirst" },
      securityContext: { default: {} },
      schedulerName: { default: "default-scheduler" },
      serviceAccountName: { check: dnsSubdomain },
      hostname: { check: dnsLabel },
      subdomain: { check: dnsLabel },
    },
    // The two names of one field are kept equal, as the API does.
    complete: (spec) => {
      if (spec.serviceAccountName != null) spec.serviceAccount = spec.serviceAccountName;
    },
    check: mountsNameVolumes,
  },
};
