import { clone, isObject, type Json, type JsonObject } from "../json.ts";
import { descend, type ListSchema, type Schema } from "../kinds/schema.ts";

/** JSON merge patch (RFC 7386). */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return clone(patch);
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

const DIRECTIVES = /^\$(setElementOrder|deleteFromPrimitiveList|retainKeys|patch)/;

/**
 * Strategic merge patch: a merge patch in which lists that have a merge key are merged item by item.
 * Directives: `$patch: delete|replace`, `$deleteFromPrimitiveList/<field>`, `$setElementOrder/<field>`, `$retainKeys`.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function strategicMergePatch(schema: Schema | undefined, target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return clone(patch);
  if (patch.$patch === "replace") return withoutDirectives(patch);
  const result: JsonObject = isObject(target) ? { ...target } : {};
  retainKeys(result, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || DIRECTIVES.test(key)) continue;
    const child = descend(schema, key);
    if (value === null || (isObject(value) && value.$patch === "delete")) delete result[key];
    else if (Array.isArray(value) && child?.type === "list" && child.patchKey !== undefined)
      result[key] = mergeList(child, Array.isArray(result[key]) ? result[key] : [], value);
    else result[key] = strategicMergePatch(child, result[key], value);
  }
  applyListDirectives(schema, result, patch);
  return result;
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return clone(Object.fromEntries(Object.entries(patch).filter(([key]) => !DIRECTIVES.test(key))));
}

function retainKeys(result: JsonObject, patch: JsonObject): void {
  const kept = patch.$retainKeys;
  if (!Array.isArray(kept)) return;
  for (const key of Object.keys(result)) if (!kept.includes(key)) delete result[key];
}

function mergeList(schema: ListSchema, target: Json[], patch: Json[]): Json[] {
  if (patch.some((item) => isObject(item) && item.$patch === "replace" && Object.keys(item).length === 1))
    return clone(patch.filter((item) => !(isObject(item) && item.$patch === "replace")));
  const { patchKey } = schema;
  if (typeof patchKey !== "string") return [...target, ...patch.filter((item) => !target.includes(item))];
  const result = [...target];
  for (const item of patch) {
    if (!isObject(item)) continue;
    const place = result.findIndex((each) => isObject(each) && each[patchKey] === item[patchKey]);
    if (item.$patch === "delete") {
      if (place >= 0) result.splice(place, 1);
    } else if (place >= 0) result[place] = strategicMergePatch(schema.items, result[place], item);
    else result.push(strategicMergePatch(schema.items, undefined, item));
  }
  return result;
}

function applyListDirectives(schema: Schema | undefined, result: JsonObject, patch: JsonObject): void {
  for (const [directive, values] of Object.entries(patch)) {
    const [verb, field = ""] = directive.split("/", 2);
    const list = result[field];
    if (!Array.isArray(values) || !Array.isArray(list)) continue;
    if (verb === "$deleteFromPrimitiveList") result[field] = list.filter((item) => !values.includes(item));
    if (verb === "$setElementOrder") {
      const child = descend(schema, field);
      const key = child?.type === "list" ? child.patchKey : undefined;
      const identity = (item: Json): Json | undefined => (typeof key === "string" && isObject(item) ? item[key] : item);
      const order = values.map(identity);
      const rank = (item: Json): number => {
        const place = order.findIndex((each) => each === identity(item));
        return place < 0 ? order.length : place;
      };
      result[field] = [...list].sort((a, b) => rank(a) - rank(b));
    }
  }
}
