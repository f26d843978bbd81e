import { principalsOf } from "../callers/identity-rules.ts";
import { contentHash } from "./content-hash.ts";
import { everyPod, type Manifest, type ManifestInput, metadata } from "./object.ts";

const API = "security.istio.io/v1";

/**
 * Who may call (istio.io/latest/docs/reference/config/security/authorization-policy); without a rule nobody. Named for what
 * it says: several that allow add up, so a new one stands beside the old one until routes and pods have followed.
 */
export function authorizationPolicy(input: ManifestInput): Manifest | null {
  const callers = input.spec.access?.callers;
  if (!callers) return null;
  const principals = principalsOf(callers, input.namespace);
  const { namespaces } = callers;
  const from = [
    ...(principals.length > 0 ? [{ source: { principals } }] : []),
    ...(namespaces.length > 0 ? [{ source: { namespaces } }] : []),
  ];
  const spec = {
    selector: { matchLabels: everyPod(input) },
    action: "ALLOW",
    ...(from.length > 0 && { rules: [{ from }] }),
  };
  const name = `${input.app.name}-callers-${contentHash(JSON.stringify(spec))}`;
  return { apiVersion: API, kind: "AuthorizationPolicy", metadata: metadata(input, name), spec };
}

/** Plain connections are taken unless the Spec says otherwise (…/security/peer_authentication). */
export const peerAuthentication = (input: ManifestInput): Manifest | null =>
  input.spec.access?.mtls === "strict"
    ? {
        apiVersion: API,
        kind: "PeerAuthentication",
        metadata: metadata(input),
        spec: { selector: { matchLabels: everyPod(input) }, mtls: { mode: "STRICT" } },
      }
    : null;
