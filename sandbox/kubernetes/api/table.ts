import { type Json, type JsonObject } from "../json.ts";
import { type Kind } from "../kinds/kind.ts";
import { type KubeObject } from "../objects.ts";

/** Whether the client asks for printed columns, as `kubectl get` does. */
export const wantsTable = (accept: string | undefined): boolean => /as=Table/.test((accept ?? "").split(",")[0] ?? "");

/** The server's own columns for these objects: `meta.k8s.io/v1` Table. */
export function tableOf(
  kind: Kind,
  objects: KubeObject[],
  metadata: JsonObject,
  now: Date,
  include: string | null,
): JsonObject {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: kind.columns.map(({ name, wide, type }) => ({
      name,
      type: type ?? "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority: wide === true ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: kind.columns.map((column) => column.cell(object, now)),
      ...included(object, include),
    })),
  };
}

function included(object: KubeObject, include: string | null): { object?: Json } {
  if (include === "None") return {};
  if (include === "Object") return { object };
  return { object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata } };
}
