import { ApiError } from "../../api/status.ts";
import { durationMs } from "../../duration.ts";
import { isObject, type Json, type JsonObject, section } from "../../json.ts";
import { type Kind } from "../../kinds/kind.ts";
import { type KubeObject } from "../../objects.ts";

/**
 * What istiod's validating webhook refuses beyond the definitions' own schemas, as far as routes go
 * (https://istio.io/latest/docs/reference/config/networking/virtual-service/). Throws its 400.
 */
export function validateIstio(kind: Kind, object: KubeObject): void {
  if (kind.group !== "networking.istio.io" || kind.kind !== "VirtualService") return;
  const why = itemsOf(section(object, "spec").http).flatMap(faultsOf);
  if (why.length > 0) {
    const reasons = why.length === 1 ? why[0] : `${why.length} errors occurred: ${why.join("; ")}`;
    const words = `admission webhook "validation.istio.io" denied the request: configuration is invalid: ${reasons}`;
    throw new ApiError(400, "BadRequest", words);
  }
}

function faultsOf(http: JsonObject): string[] {
  const destinations = itemsOf(http.route);
  const isAnswered = destinations.length > 0 || http.redirect !== undefined || http.directResponse !== undefined;
  const weights = destinations.map(({ weight }) => (typeof weight === "number" ? weight : 0));
  const weighsNothing = destinations.length > 1 && weights.every((weight) => weight === 0);
  const matches = itemsOf(http.match).flatMap((match) => Object.entries(match));
  return [
    ...(isAnswered ? [] : ["HTTP route, redirect or direct_response is required"]),
    ...(weighsNothing ? ["total destination weight = 0"] : []),
    ...(isWholeSeconds(http) ? [] : ["max_age duration is accurate only to seconds precision"]),
    ...matches.flatMap(([field, match]) => faultOfRegex(field, match)),
  ];
}

function isWholeSeconds({ corsPolicy }: JsonObject): boolean {
  const maxAge = isObject(corsPolicy) ? corsPolicy.maxAge : undefined;
  return typeof maxAge !== "string" || (durationMs(maxAge) ?? 0) % 1000 === 0;
}

function faultOfRegex(field: string, match: Json | undefined): string[] {
  const regex = isObject(match) ? match.regex : undefined;
  if (typeof regex !== "string") return [];
  try {
    new RegExp(regex);
    return [];
  } catch {
    return [`"${field}": error parsing regexp: \`${regex}\`; Istio uses RE2 style regex-based match`];
  }
}

const itemsOf = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
