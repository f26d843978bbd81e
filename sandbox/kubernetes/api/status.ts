import { type Json, type JsonObject } from "../json.ts";
import { type Kind, resourceName } from "../kinds/kind.ts";
import { type Cause } from "../kinds/schema.ts";

export type StatusCause = { reason: string; message: string; field?: string };
type Details = { name?: string; group?: string; kind?: string; causes?: StatusCause[]; retryAfterSeconds?: number };

/** An answer that is not success, as the API's own `Status` object (kind: Status, apiVersion: v1). */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Details | undefined;

  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): JsonObject {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

const detailsOf = (kind: Kind, name: string): Details => ({
  name,
  ...(kind.group === "" ? {} : { group: kind.group }),
  kind: kind.plural,
});

export const notFound = (kind: Kind, name: string) =>
  new ApiError(404, "NotFound", `${resourceName(kind)} "${name}" not found`, detailsOf(kind, name));
export const noSuchPath = () => new ApiError(404, "NotFound", "the server could not find the requested resource", {});
export const alreadyExists = (kind: Kind, name: string) =>
  new ApiError(409, "AlreadyExists", `${resourceName(kind)} "${name}" already exists`, detailsOf(kind, name));
export const conflict = (kind: Kind, name: string, why: string) =>
  new ApiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`,
    detailsOf(kind, name),
  );
export const stale = (kind: Kind, name: string) =>
  conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");
/** A deletion's precondition that does not hold; the API names the kind here, not the resource. */
export const unmet = (kind: Kind, name: string, why: string) =>
  new ApiError(409, "Conflict", `Operation cannot be fulfilled on ${kind.kind} "${name}": ${why}`, {
    ...detailsOf(kind, name),
    kind: kind.kind,
  });
/** Options of a request that are not among those that there are. */
export const invalidOption = (options: string, field: string, value: Json, supported: readonly string[]) => {
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(", ")}`;
  return new ApiError(422, "Invalid", `${options}.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: "meta.k8s.io",
    kind: options,
    causes: [{ reason: "FieldValueNotSupported", message, field }],
  });
};
export const badRequest = (message: string) => new ApiError(400, "BadRequest", message);
export const forbidden = (kind: Kind, name: string, why: string) =>
  new ApiError(403, "Forbidden", `${resourceName(kind)} "${name}" is forbidden: ${why}`, detailsOf(kind, name));
export const methodNotAllowed = () =>
  new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
export const expired = (message: string) => new ApiError(410, "Expired", message);

/** 422 with every cause, and the sentence that `kubectl` prints. */
export function invalidObject(kind: Kind, name: string, causes: Cause[]): ApiError {
  const sentences = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const qualified = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const list = sentences.length === 1 ? sentences[0] : `[${sentences.join(", ")}]`;
  return new ApiError(422, "Invalid", `${qualified} "${name}" is invalid: ${list}`, {
    ...(name === "" ? {} : { name }),
    ...(kind.group === "" ? {} : { group: kind.group }),
    kind: kind.kind,
    causes,
  });
}
