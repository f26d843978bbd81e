import { type TypeRules } from "./compile.ts";
import { labelValue, qualifiedName } from "./names.ts";
import { type Check } from "./schema.ts";

const annotationKey: Check = (key, path) => qualifiedName(key.toLowerCase(), path);
const labels = { checkKey: qualifiedName, values: { check: labelValue } };

/** The metadata of every object (and of a pod template) and label selectors. */
export const metaRules: TypeRules = {
  "meta.v1.ObjectMeta": {
    fields: { labels, annotations: { checkKey: annotationKey }, finalizers: { items: { check: qualifiedName } } },
  },
  "meta.v1.LabelSelector": { fields: { matchLabels: labels } },
  "meta.v1.LabelSelectorRequirement": {
    fields: { key: { check: qualifiedName }, operator: { enum: ["DoesNotExist", "Exists", "In", "NotIn"] } },
  },
};
