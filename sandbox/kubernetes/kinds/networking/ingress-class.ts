import { section } from "../../json.ts";
import { type KubeObject } from "../../objects.ts";
import { ageColumn, field } from "../columns.ts";
import { kindOf } from "../kind.ts";

/** The name, and whether the class is the one for those that name none. */
export const defaultMarked =
  (annotation: string) =>
  ({ metadata }: KubeObject): string =>
    metadata.annotations?.[annotation] === "true" ? `${metadata.name} (default)` : metadata.name;

function parameters(one: KubeObject): string {
  const { kind, apiGroup, name } = section(section(one, "spec"), "parameters");
  if (kind === undefined) return "<none>";
  return `${String(kind)}${apiGroup === undefined ? "" : `.${String(apiGroup)}`}/${String(name)}`;
}

export const ingressClasses = kindOf("networking.k8s.io/v1", "ingressclasses", {
  columns: [
    { name: "Name", cell: defaultMarked("ingressclass.kubernetes.io/is-default-class") },
    field("Controller", "spec.controller"),
    { name: "Parameters", cell: parameters },
    ageColumn,
  ],
});
