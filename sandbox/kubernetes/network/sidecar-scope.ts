import { type Pod } from "../objects.ts";
import { type SidecarSpec } from "./external-objects.ts";
import { hostFits } from "./hosts.ts";
import { type Named } from "./istio-objects.ts";

/** Where a pod's sidecar lets calls go (pilot's word for it). */
export type SidecarScope = {
  /** Does it know a Service or host of this namespace? */
  knows(namespace: string, host: string): boolean;
  /** Are calls to what it does not know let pass as they are? */
  passesUnknown: boolean;
};

/** Objects of this namespace stand for the whole mesh. */
const ROOT = "istio-system";

/** One that selects the pod, else its namespace's, else the mesh's (istio.io/latest/docs/reference/config/networking/sidecar). */
export function sidecarScopeOf({ metadata }: Pod, sidecars: readonly Named<SidecarSpec>[]): SidecarScope {
  const { namespace = "", labels = {} } = metadata;
  const selected = ({ workloadSelector }: SidecarSpec) => Object.entries(workloadSelector?.labels ?? {});
  const found =
    sidecars.find(
      ({ namespace: home, spec }) =>
        home === namespace &&
        selected(spec).length > 0 &&
        selected(spec).every(([key, value]) => labels[key] === value),
    ) ??
    [namespace, ROOT]
      .map((home) => sidecars.find((each) => each.namespace === home && selected(each.spec).length === 0))
      .find((each) => each !== undefined);
  const hosts = found?.spec.egress?.flatMap((listener) => listener.hosts) ?? ["*/*"];
  return {
    knows: (home, host) =>
      hosts.some((pattern) => {
        const [from = "", name = ""] = pattern.split("/");
        return (from === "*" || (from === "." ? namespace : from) === home) && hostFits(name, host);
      }),
    passesUnknown: found?.spec.outboundTrafficPolicy?.mode !== "REGISTRY_ONLY",
  };
}
