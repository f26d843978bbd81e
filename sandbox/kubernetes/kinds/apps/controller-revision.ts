import { type ControllerRevision, type KubeObject } from "../../objects.ts";
import { ageColumn, field, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

function controllerOf({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return "<none>";
  const [group] = owner.apiVersion.includes("/") ? owner.apiVersion.split("/") : [];
  return `${owner.kind.toLowerCase()}${group === undefined ? "" : `.${group}`}/${owner.name}`;
}

/** Earlier templates of a StatefulSet. */
export const controllerRevisions = kindOf<ControllerRevision>("apps/v1", "controllerrevisions", {
  immutable: ["data"],
  columns: [nameColumn, { name: "Controller", cell: controllerOf }, field("Revision", "revision", 0), ageColumn],
});
