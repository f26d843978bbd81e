import { isObject, type Json, type JsonObject, section } from "../../json.ts";
import { matches } from "../../store/selectors.ts";
import { type Cause, invalid, missing, unsupported } from "../schema.ts";

/** The selector must choose the pods that the template makes, and those pods must be restarted for ever. */
export const selectsItsTemplate =
  (what: string) =>
  (spec: JsonObject, path: string): Cause[] => {
    const { selector, template } = spec;
    const labels = section(section(template, "metadata"), "labels");
    const { restartPolicy } = section(template, "spec");
    const causes: Cause[] = [];
    if (isObject(selector) && !isObject(selector.matchLabels) && !Array.isArray(selector.matchExpressions))
      causes.push(invalid(`${path}.selector`, selector, `empty selector is invalid for ${what}`));
    else if (!isObject(selector) || !matches(selector, labels)) {
      const why = "`selector` does not match template `labels`";
      causes.push(invalid(`${path}.template.metadata.labels`, Object.keys(labels).length > 0 ? labels : null, why));
    }
    if (restartPolicy !== undefined && restartPolicy !== "Always")
      causes.push(unsupported(`${path}.template.spec.restartPolicy`, restartPolicy, ["Always"]));
    return causes;
  };

/** A job's pods end: one of these must be said. */
export function endsSomeTime(template: Json | undefined, path: string): Cause[] {
  const { restartPolicy } = section(template, "spec");
  if (restartPolicy === "OnFailure" || restartPolicy === "Never") return [];
  return [missing(`${path}.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')];
}

export const atLeastZero = { min: 0 };
