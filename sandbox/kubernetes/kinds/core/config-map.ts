import { same } from "../../json.ts";
import { type ConfigMap, type Secret } from "../../objects.ts";
import { ageColumn, keysOf, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { configKey } from "../names.ts";
import { type Cause, forbidden } from "../schema.ts";

/** `immutable: true` freezes the data, and itself. */
export const frozenWhenImmutable = (object: ConfigMap | Secret, old: ConfigMap | Secret): Cause[] => {
  if (old.immutable !== true) return [];
  const fixed = (field: string, isSame: boolean) =>
    isSame ? [] : [forbidden(field, "field is immutable when `immutable` is set")];
  return [
    ...fixed("immutable", object.immutable === true),
    ...fixed("data", same(object.data, old.data)),
    ...fixed("binaryData", same(object.binaryData, old.binaryData)),
  ];
};

export const configMaps = kindOf<ConfigMap>("v1", "configmaps", {
  rules: [{ "core.v1.ConfigMap": { fields: { data: { checkKey: configKey }, binaryData: { checkKey: configKey } } } }],
  validateUpdate: frozenWhenImmutable,
  columns: [nameColumn, { name: "Data", cell: (one) => keysOf(one.data) + keysOf(one.binaryData) }, ageColumn],
});
