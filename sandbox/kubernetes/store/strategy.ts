import { at, type JsonObject, same } from "../json.ts";
import { type Kind } from "../kinds/kind.ts";
import { type Cause, invalid } from "../kinds/schema.ts";
import { validate } from "../kinds/validate.ts";
import { type KubeObject } from "../objects.ts";

/** Why a new object would be refused. */
export function causesOf(kind: Kind, object: KubeObject): Cause[] {
  const { name } = object.metadata;
  const nameCause: Cause[] =
    name === ""
      ? [
          {
            reason: "FieldValueRequired",
            field: "metadata.name",
            message: "Required value: name or generateName is required",
          },
        ]
      : [kind.nameRule(name, "metadata.name")].flatMap((why) =>
          why === undefined ? [] : [invalid("metadata.name", name, why)],
        );
  return [...nameCause, ...validate(kind.schema, checked(kind, object))];
}

/** Why a change would be refused: a wrong object, or a change of what never changes. */
export function causesOfUpdate(kind: Kind, object: KubeObject, old: KubeObject): Cause[] {
  const fixed = (kind.immutable ?? []).flatMap((path) => {
    const [now, before] = [at(object, path.split(".")), at(old, path.split("."))];
    return same(now, before) ? [] : [invalid(path, now, "field is immutable")];
  });
  const causes = validate(kind.schema, checked(kind, object));
  // A kind's own check relies on a whole object.
  return [...fixed, ...(causes.length === 0 ? (kind.validateUpdate?.(object, old) ?? []) : []), ...causes];
}

// Go code checks what is wanted; what is seen is the business of whoever writes it.
const checked = (kind: Kind, object: KubeObject): JsonObject =>
  kind.custom ? object : { ...object, status: undefined };
