import jsonPatch, { type Operation } from "fast-json-patch";
import { clone, isObject, type Json, type JsonObject } from "../json.ts";
import { type Schema } from "../kinds/schema.ts";
import { type KubeObject } from "../objects.ts";
import { mergePatch, strategicMergePatch } from "../patch/merge.ts";
import { type Resources, type WriteOptions } from "../store/resources.ts";
import { mediaType, readBody } from "./body.ts";
import { flagOf, type Request, shown, stored, type Target } from "./request.ts";
import { ApiError, badRequest } from "./status.ts";

const APPLY = ["application/apply-patch+yaml", "application/apply-patch+json"];
const OTHERS = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];

/** The four patches of the API, told apart by their media type. */
export async function patchObject(
  resources: Resources,
  request: Request,
  target: Target & { name: string },
  options: WriteOptions,
): Promise<{ object: KubeObject; created: boolean }> {
  const { kind, namespace, name } = target;
  const type = mediaType(request.incoming);
  if (APPLY.includes(type)) {
    if (request.query.get("fieldManager") === null)
      throw new ApiError(
        422,
        "Invalid",
        `PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch`,
        {
          group: "meta.k8s.io",
          kind: "PatchOptions",
          causes: [
            {
              reason: "FieldValueRequired",
              message: "Required value: is required for apply patch",
              field: "fieldManager",
            },
          ],
        },
      );
    const body = await readBody(request.incoming);
    if (!isObject(body)) throw badRequest("the body of an apply patch must be an object");
    return resources.apply(kind, namespace, name, stored(target, body), {
      ...options,
      force: flagOf(request.query, "force"),
    });
  }
  const patch = await readBody(request.incoming);
  const current = shown(target, resources.get(kind, namespace, name));
  const patched = stored(target, patchedBy(type, target.version.schema, current, patch));
  return { object: resources.update(kind, namespace, name, patched, options), created: false };
}

/** An object after a JSON, merge or strategic merge patch; the object itself is left as it was. */
export function patchedBy(
  type: string,
  schema: Schema | undefined,
  object: JsonObject,
  patch: Json | undefined,
): JsonObject {
  if (!OTHERS.includes(type)) throw new ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  const result =
    type === "application/json-patch+json" ? jsonPatched(object, patch) : mergedBy(type, schema, object, patch);
  if (!isObject(result)) throw badRequest("the patched object is not an object");
  return result;
}

function mergedBy(type: string, schema: Schema | undefined, object: JsonObject, patch: Json | undefined): Json {
  if (!isObject(patch)) throw badRequest("a merge patch must be an object");
  return type === "application/merge-patch+json"
    ? mergePatch(object, patch)
    : strategicMergePatch(schema, object, patch);
}

function jsonPatched(object: JsonObject, patch: Json | undefined): Json {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch must be a list of operations");
  try {
    // The library checks each operation before it applies it (second argument).
    return jsonPatch.applyPatch(clone<Json>(object), patch as unknown as Operation[], true).newDocument;
  } catch {
    throw new ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {});
  }
}
