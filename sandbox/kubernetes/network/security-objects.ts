import { z } from "zod";

// The parts of Istio's security objects that sidecars act on (istio.io/latest/docs/reference/config/security).

const selector = z.object({ matchLabels: z.record(z.string(), z.string()).optional() }).optional();
/** Fields such as `principals` and `notPaths`, each a list of patterns. */
const patterns = z.record(z.string(), z.array(z.string()));
export type Patterns = z.infer<typeof patterns>;

const rule = z.object({
  from: z.array(z.object({ source: patterns.optional() })).optional(),
  to: z.array(z.object({ operation: patterns.optional() })).optional(),
  when: z.array(z.unknown()).optional(),
});
export type PolicyRule = z.infer<typeof rule>;

export const authorizationPolicySpec = z.object({
  selector,
  action: z.enum(["ALLOW", "DENY", "AUDIT", "CUSTOM"]).default("ALLOW"),
  rules: z.array(rule).optional(),
});
export type AuthorizationPolicySpec = z.infer<typeof authorizationPolicySpec>;

const mode = z.object({ mode: z.enum(["UNSET", "DISABLE", "PERMISSIVE", "STRICT"]).default("UNSET") });
export const peerAuthenticationSpec = z.object({
  selector,
  mtls: mode.optional(),
  portLevelMtls: z.record(z.string(), mode).optional(),
});
export type PeerAuthenticationSpec = z.infer<typeof peerAuthenticationSpec>;
