import { type Store } from "../store/store.ts";
import { flagOf, type Request } from "./request.ts";
import { ApiError, expired } from "./status.ts";

const SUPPORTED = ["Exact", "NotOlderThan"];

/** What the options of a list or watch may not say together (apimachinery, ValidateListOptions). Throws 422, or 410. */
export function checkListOptions({ query }: Request, store: Store): void {
  const isWatch = flagOf(query, "watch");
  const [version, match] = [query.get("resourceVersion") ?? "", query.get("resourceVersionMatch") ?? ""];
  const initial = query.get("sendInitialEvents");
  if (initial !== null && !isWatch) throw refused("sendInitialEvents", "sendInitialEvents is forbidden for list");
  if (initial !== null && match !== "NotOlderThan")
    throw refused("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  if (match === "" || initial !== null) return;
  const why = isWatch
    ? "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
    : (query.get("continue") ?? "") !== ""
      ? "resourceVersionMatch is forbidden when continue is provided"
      : version === ""
        ? "resourceVersionMatch is forbidden unless resourceVersion is provided"
        : match === "Exact" && version === "0"
          ? 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
          : undefined;
  if (why !== undefined) throw refused("resourceVersionMatch", why);
  if (!SUPPORTED.includes(match)) throw unknownMatch(match);
  // Only the present moment can be listed: what was before is not kept whole.
  if (match === "Exact" && Number(version) < store.revision)
    throw expired("The resourceVersion for the provided list is too old.");
}

const invalid = (reason: string, field: string, message: string): ApiError =>
  new ApiError(422, "Invalid", `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: "meta.k8s.io",
    kind: "ListOptions",
    causes: [{ reason, message, field }],
  });
const refused = (field: string, why: string): ApiError => invalid("FieldValueForbidden", field, `Forbidden: ${why}`);
const unknownMatch = (match: string): ApiError =>
  invalid(
    "FieldValueNotSupported",
    "resourceVersionMatch",
    `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
  );
