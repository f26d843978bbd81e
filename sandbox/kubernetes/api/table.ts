import { type Json, type JsonObject } from "../json.ts";
import { type KubeObject } from "../objects.ts";
import { shown, type Target } from "./request.ts";

/** Whether the client asks for printed columns, as `kubectl get` does. */
export const wantsTable = (accept: string | undefined): boolean => /as=Table/.test((accept ?? "").split(",")[0] ?? "");

/** The server's own columns for these objects: `meta.k8s.io/v1` Table. */
export function tableOf(
  target: Target,
  objects: KubeObject[],
  metadata: JsonObject,
  now: Date,
  include: string | null,
): JsonObject {
  const { columns } = target.kind;
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: columns.map(({ name, wide, type }) => ({
      name,
      type: type ?? "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority: wide === true ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      ...included(target, object, include),
    })),
  };
}

function included(target: Target, object: KubeObject, include: string | null): { object?: Json } {
  if (include === "None") return {};
  if (include === "Object") return { object: shown(target, object) };
  return { object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata } };
}
