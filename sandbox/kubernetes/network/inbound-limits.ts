import { z } from "zod";
import { durationMs } from "../duration.ts";
import { type Pod } from "../objects.ts";
import { type Headers } from "./headers.ts";
import { type Named } from "./istio-objects.ts";
import { type RateLimit } from "./plan.ts";
import { takesIn } from "./workloads.ts";

// Of EnvoyFilter the one use that is played: limits that a called pod's sidecar keeps for itself
// (istio.io/latest/docs/tasks/policy-enforcement/rate-limit/#local-rate-limit), told apart by a header of the request.

const FILTER = "envoy.filters.http.local_ratelimit";

const bucket = z.object({ max_tokens: z.number(), tokens_per_fill: z.number().default(1), fill_interval: z.string() });
const limits = z.object({
  token_bucket: bucket.optional(),
  filter_enforced: z.object({ default_value: z.object({ numerator: z.number() }) }).optional(),
  descriptors: z
    .array(z.object({ entries: z.array(z.object({ key: z.string(), value: z.string() })), token_bucket: bucket }))
    .default([]),
});
const header = z.object({ request_headers: z.object({ header_name: z.string(), descriptor_key: z.string() }) });
const patch = z.object({
  applyTo: z.string(),
  match: z
    .object({
      context: z.string().optional(),
      routeConfiguration: z.object({ vhost: z.object({ name: z.string() }) }).optional(),
    })
    .optional(),
  patch: z.object({
    value: z
      .object({
        name: z.string().optional(),
        route: z.object({ rate_limits: z.array(z.object({ actions: z.array(header) })) }).optional(),
        typed_per_filter_config: z.object({ [FILTER]: z.object({ value: limits }).optional() }).optional(),
      })
      .optional(),
  }),
});
export const envoyFilterSpec = z.object({
  workloadSelector: z.object({ labels: z.record(z.string(), z.string()) }).optional(),
  configPatches: z.array(patch),
});
export type EnvoyFilterSpec = z.infer<typeof envoyFilterSpec>;

/** The token buckets from which a request that reaches this pod's port has to take. */
export function limitsAt(
  pod: Pod,
  port: number,
  headers: Headers,
  filters: readonly Named<EnvoyFilterSpec>[],
): RateLimit[] {
  if (!takesIn(pod, port)) return [];
  return filters.filter((filter) => speaksOf(filter, pod)).flatMap((filter) => limitsOf(filter, pod, port, headers));
}

const speaksOf = ({ namespace, spec }: Named<EnvoyFilterSpec>, pod: Pod): boolean =>
  namespace === pod.metadata.namespace &&
  Object.entries(spec.workloadSelector?.labels ?? {}).every(([key, value]) => pod.metadata.labels?.[key] === value);

function limitsOf({ name, spec }: Named<EnvoyFilterSpec>, pod: Pod, port: number, headers: Headers): RateLimit[] {
  const inbound = spec.configPatches.filter(({ match }) => match?.context === "SIDECAR_INBOUND");
  // What a route says of a filter has no effect unless the filter is in the chain.
  if (!inbound.some((each) => each.applyTo === "HTTP_FILTER" && each.patch.value?.name === FILTER)) return [];
  return inbound
    .filter(
      ({ applyTo, match }) =>
        applyTo === "HTTP_ROUTE" && match?.routeConfiguration?.vhost.name === `inbound|http|${port}`,
    )
    .flatMap(({ patch: { value } }) => {
      const config = value?.typed_per_filter_config?.[FILTER]?.value;
      if (config?.token_bucket === undefined || config.filter_enforced?.default_value.numerator !== 100) return [];
      const asked = (value?.route?.rate_limits ?? []).map(({ actions }) =>
        actions.map(({ request_headers: { header_name, descriptor_key } }) => [descriptor_key, headers[header_name]]),
      );
      const fits = config.descriptors.filter(({ entries }) =>
        asked.some(
          (parts) => JSON.stringify(parts) === JSON.stringify(entries.map((entry) => [entry.key, entry.value])),
        ),
      );
      const buckets = fits.length > 0 ? fits : [{ entries: [], token_bucket: config.token_bucket }];
      return buckets.map(({ entries, token_bucket: { max_tokens, tokens_per_fill, fill_interval } }) => ({
        key: JSON.stringify([pod.metadata.uid, name, port, entries]),
        perSecond: (tokens_per_fill * 1000) / (durationMs(fill_interval) ?? 1000),
        burst: max_tokens,
      }));
    });
}
