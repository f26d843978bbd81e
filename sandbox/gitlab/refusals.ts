import { json, Refusal } from "../platform/exchange.ts";

/** GitLab says no in several shapes; each endpoint has its own habit. These are thrown, the client gets the reply. */

/** `{"message":"404 Project Not Found"}` */
export const refuse = (status: number, message: string): Refusal => new Refusal(json(status, { message }));

export const notFound = (what: string): Refusal => refuse(404, `404 ${what} Not Found`);

/** `{"message":{"path":["has already been taken"]}}`: the model did not validate. */
export const invalidFields = (fields: Record<string, string[]>, status = 400): Refusal =>
  new Refusal(json(status, { message: fields }));

/** `{"message":["Another open merge request already exists …"]}`: merge requests give a list. */
export const refuseAll = (status: number, messages: string[]): Refusal =>
  new Refusal(json(status, { message: messages }));

/** `{"error":"url is missing"}`: the parameters did not fit the endpoint. */
export const invalidRequest = (error: string, status = 400): Refusal => new Refusal(json(status, { error }));

/** `{"error":"insufficient_scope",…}` of RFC 6750 §3.1. */
export const insufficientScope = (scopes: string[]): Refusal =>
  new Refusal(
    json(403, {
      error: "insufficient_scope",
      error_description: "The request requires higher privileges than provided by the access token.",
      scope: scopes.join(" "),
    }),
  );

/** OAuth access tokens end; personal ones here do not. */
export const expiredToken = (): Refusal =>
  new Refusal(
    json(401, {
      error: "invalid_token",
      error_description: "Token is expired. You can either do re-authorization or token refresh.",
    }),
  );
