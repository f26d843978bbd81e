import { isObject, type JsonObject, section } from "../json.ts";
import { type Kind } from "../kinds/kind.ts";
import { type KubeObject, type LabelSelector } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { mediaType, readBody, readObject } from "./body.ts";
import { patchedBy } from "./patch.ts";
import { type Handler, send, writeOptions } from "./rest.ts";
import { ApiError, badRequest, methodNotAllowed, stale } from "./status.ts";

/** `autoscaling/v1` Scale: the replicas of anything that has them. */
function scaleOf(object: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: section(object, "spec").replicas },
    status: {
      replicas: section(object, "status").replicas ?? 0,
      selector: selectorText(section(section(object, "spec"), "selector")),
    },
  };
}

const selectorText = (selector: LabelSelector): string =>
  Object.entries(selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

export const scaleHandler =
  (resources: Resources): Handler =>
  async (request, { kind, namespace, name }) => {
    const object = resources.get(kind, namespace, name);
    if (request.method === "GET") return send(request, 200, scaleOf(object));
    if (request.method !== "PUT" && request.method !== "PATCH") throw methodNotAllowed();
    const wanted =
      request.method === "PUT"
        ? await readObject(request.incoming)
        : patchedBy(mediaType(request.incoming), undefined, scaleOf(object), await readBody(request.incoming));
    const replicas = section(wanted, "spec").replicas ?? 0;
    const version = isObject(wanted.metadata) ? wanted.metadata.resourceVersion : undefined;
    if (version !== undefined && version !== object.metadata.resourceVersion) throw stale(kind, name);
    const changed = resources.update(kind, namespace, name, withReplicas(kind, object, replicas), {
      ...writeOptions(request),
      subresource: "scale",
    });
    send(request, 200, scaleOf(changed));
  };

function withReplicas(kind: Kind, object: KubeObject, replicas: unknown): KubeObject {
  if (typeof replicas !== "number" || !Number.isInteger(replicas))
    throw badRequest("spec.replicas must be a whole number");
  if (replicas < 0)
    throw new ApiError(
      422,
      "Invalid",
      `Scale.autoscaling "${object.metadata.name}" is invalid: spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`,
      {
        name: object.metadata.name,
        group: "autoscaling",
        kind: kind.kind,
        causes: [
          {
            reason: "FieldValueInvalid",
            message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
            field: "spec.replicas",
          },
        ],
      },
    );
  return { ...object, spec: { ...section(object, "spec"), replicas } };
}
