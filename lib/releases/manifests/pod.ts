import { type AppSpec } from "#lib/apps/spec-schema";
import { MANAGED_BY, RELEASE_LABEL } from "#lib/clusters/label-rules";
import { configVolumes } from "./config.ts";
import { container } from "./container.ts";
import { filesVolume } from "./files.ts";
import { collectorContainers, collectorVolumes } from "./log-collector.ts";
import { asMap, given, type ManifestInput, ownLabels, selector } from "./object.ts";
import { placement } from "./placement.ts";
import { sidecarAnnotations } from "./sidecar.ts";
import { volumes } from "./volumes.ts";

/** What every pod of the workload is made from. */
export function podTemplate(input: ManifestInput) {
  const { spec } = input;
  const restarted = spec.restartedAt ? { "kubectl.kubernetes.io/restartedAt": spec.restartedAt } : {};
  return {
    metadata: {
      labels: {
        ...asMap(spec.podLabels),
        ...ownLabels(input),
        ...selector(input),
        ...MANAGED_BY,
        [RELEASE_LABEL]: String(input.podRelease),
        // "false" keeps the proxy away whatever the namespace says; "true" asks for one, unless the namespace is labelled
        // istio-injection=disabled, which a pod cannot override (Istio, "Controlling the injection policy").
        "sidecar.istio.io/inject": spec.meshMode === "mesh" ? "true" : "false",
      },
      ...given({ annotations: { ...asMap(spec.podAnnotations), ...sidecarAnnotations(spec), ...restarted } }),
    },
    spec: {
      ...given({ serviceAccountName: spec.adopted ? spec.adopted.serviceAccount : input.app.name }),
      terminationGracePeriodSeconds: spec.strategy.terminationGracePeriodSeconds,
      ...given({ securityContext: podSecurity(spec), hostAliases: spec.hostAliases }),
      ...placement(input),
      ...given({ initContainers: collectorContainers(input) }),
      containers: [container(input)],
      ...given({
        volumes: [...volumes(input), ...filesVolume(input), ...configVolumes(input), ...collectorVolumes(input)],
      }),
    },
  };
}

/** Ids may be 0, which is root and something to say. */
function podSecurity({ security }: AppSpec) {
  const { runAsUser, runAsGroup, fsGroup, runAsNonRoot, seccomp } = security;
  return given({
    runAsUser,
    runAsGroup,
    fsGroup,
    runAsNonRoot,
    seccompProfile: seccomp === "runtime-default" ? { type: "RuntimeDefault" } : null,
  });
}
