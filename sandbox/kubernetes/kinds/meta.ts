import { type JsonObject } from "../json.ts";
import { type TypeRules } from "./compile.ts";
import { labelValue, qualifiedName } from "./names.ts";
import { type Cause, invalid } from "./schema.ts";

const complaint = (path: string, value: string, why: string | undefined): Cause[] =>
  why === undefined ? [] : [invalid(path, value, why)];

const labels = {
  checkAll: (value: JsonObject, path: string): Cause[] =>
    Object.entries(value).flatMap(([key, text]) => [
      ...complaint(path, key, qualifiedName(key, path)),
      ...complaint(path, String(text), labelValue(String(text), path)),
    ]),
};
const annotations = {
  checkAll: (value: JsonObject, path: string): Cause[] =>
    Object.keys(value).flatMap((key) => complaint(path, key, qualifiedName(key.toLowerCase(), path))),
};

/** The metadata of every object (and of a pod template) and label selectors. */
export const metaRules: TypeRules = {
  "meta.v1.ObjectMeta": { fields: { labels, annotations, finalizers: { items: { check: qualifiedName } } } },
  "meta.v1.LabelSelector": { fields: { matchLabels: labels } },
  "meta.v1.LabelSelectorRequirement": {
    fields: { key: { check: qualifiedName }, operator: { enum: ["DoesNotExist", "Exists", "In", "NotIn"] } },
  },
};
