import fc from "fast-check";
import { PLAIN_SIDECAR, type Sidecar } from "#lib/apps/spec/sidecar-schema";
import { RESOURCE_PRESETS } from "#lib/apps/spec-schema";

/** Most services have none. No port that the generated routes limit. */
export const sidecarArbitrary = fc.option(
  fc.constantFrom<Sidecar>(
    { ...PLAIN_SIDECAR, resources: RESOURCE_PRESETS.small },
    { ...PLAIN_SIDECAR, resources: RESOURCE_PRESETS.medium },
    { ...PLAIN_SIDECAR, holdApplication: true },
    { ...PLAIN_SIDECAR, excludeInboundPorts: [9090] },
    { ...PLAIN_SIDECAR, excludeInboundPorts: [9090, 7000] },
    { ...PLAIN_SIDECAR, excludeOutboundPorts: [5432], excludeOutboundRanges: ["10.8.0.0/16", "fd00::/8"] },
  ),
  { nil: undefined },
);
