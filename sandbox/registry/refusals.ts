import { json, Refusal } from "../platform/exchange.ts";

/** The error codes of the distribution specification that this registry uses, with the status each goes with. */
const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 416,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  PAGINATION_NUMBER_INVALID: 400,
  SIZE_INVALID: 400,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
} as const;
export type ErrorCode = keyof typeof STATUS;

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
export function refusal(
  code: ErrorCode,
  message: string,
  detail: unknown = null,
  headers: Record<string, string> = {},
): Refusal {
  return new Refusal(json(STATUS[code], { errors: [{ code, message, detail }] }, headers));
}
