import { printBytes, printCpu } from "#lib/apps/quantity-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { configMounts, configVariableSources, configVariables } from "./config.ts";
import { fileMounts } from "./files.ts";
import { collectedMounts } from "./log-collector.ts";
import { containerOf, given, type ManifestInput } from "./object.ts";
import { probes } from "./probes.ts";
import { volumeMounts } from "./volumes.ts";

/** The app's own container: the first of its pods. */
export function container(input: ManifestInput) {
  const { spec } = input;
  const { resources, strategy } = spec;
  return {
    name: containerOf(input),
    image: `${spec.image.repository}@${spec.image.digest}`,
    imagePullPolicy: "IfNotPresent",
    ...given({ command: spec.command, args: spec.args }),
    ...given({ envFrom: configVariableSources(input) }),
    ...given({ env: [...spec.env.map(({ name, value }) => ({ name, value })), ...configVariables(input)] }),
    ...given({ ports: spec.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: "TCP" })) }),
    resources: {
      requests: { cpu: printCpu(resources.cpuRequestMillis), memory: printBytes(resources.memoryRequestBytes) },
      limits: { cpu: printCpu(resources.cpuLimitMillis), memory: printBytes(resources.memoryLimitBytes) },
    },
    ...probes(spec),
    // Endpoints and proxies forget the pod while it still answers (KEP-3960, PreStop sleep).
    ...(strategy.drainSeconds > 0 ? { lifecycle: { preStop: { sleep: { seconds: strategy.drainSeconds } } } } : {}),
    securityContext: containerSecurity(spec),
    ...given({
      volumeMounts: [...volumeMounts(input), ...fileMounts(input), ...configMounts(input), ...collectedMounts(input)],
    }),
  };
}

function containerSecurity({ security }: AppSpec) {
  const { allowPrivilegeEscalation, readOnlyRootFilesystem, dropCapabilities } = security;
  return {
    allowPrivilegeEscalation,
    ...given({ readOnlyRootFilesystem }),
    ...(dropCapabilities.length > 0 ? { capabilities: { drop: dropCapabilities } } : {}),
  };
}
