import { parseAuthorization, secretsEqual } from "../platform/credentials.ts";
import { type Exchange } from "../platform/exchange.ts";
import { refusal } from "./refusals.ts";

export const REGISTRY_USER = "kepler";
const CHALLENGE = { "www-authenticate": 'Basic realm="Kepler sandbox registry"' };

/** Basic `kepler:<token>` or the token as bearer; "anonymous" without an Authorization header, "wrong" otherwise. */
export function whoAsks(exchange: Exchange, token: string): "owner" | "anonymous" | "wrong" {
  if (exchange.headers.authorization === undefined) return "anonymous";
  const given = parseAuthorization(exchange.headers.authorization);
  if (given?.scheme === "bearer") return secretsEqual(given.token, token) ? "owner" : "wrong";
  return given?.user === REGISTRY_USER && secretsEqual(given.password, token) ? "owner" : "wrong";
}

export function unauthorized() {
  return refusal("UNAUTHORIZED", "authentication required", null, CHALLENGE);
}
