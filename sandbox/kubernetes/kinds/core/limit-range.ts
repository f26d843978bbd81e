import { isObject, type JsonObject, section } from "../../json.ts";
import { type LimitRange } from "../../objects.ts";
import { kindOf } from "../kind.ts";

/** What is said of the largest also holds by default, and what is given by default is also asked for. */
function completeItem(item: JsonObject): void {
  if (item.type !== "Container") return;
  const limits = { ...section(item, "max"), ...section(item, "default") };
  if (Object.keys(limits).length > 0) item.default = limits;
  const requests = { ...section(item, "min"), ...section(item, "default"), ...section(item, "defaultRequest") };
  if (isObject(item.defaultRequest) || Object.keys(requests).length > 0) item.defaultRequest = requests;
}

export const limitRanges = kindOf<LimitRange>("v1", "limitranges", {
  rules: [{ "core.v1.LimitRangeItem": { complete: completeItem } }],
});
