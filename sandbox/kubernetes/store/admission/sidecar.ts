import { namespaces } from "../../kinds/index.ts";
import { type Container, type Pod } from "../../objects.ts";
import { type Store } from "../store.ts";

const PROXY = "istio-proxy";
/** Known to the node by its name: no registry on this machine has it. */
const PROXY_IMAGE = "docker.io/istio/proxyv2:1.27.3";
const STATUS_PORT = 15021;

/**
 * Puts Istio's proxy beside a new pod's containers, as a native sidecar (its default since 1.27). Where nodes carry
 * Istio's CNI plug-in there is no `istio-init`, so there is none here.
 */
export function injectSidecar(store: Store, pod: Pod): void {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  if (!isInjected(store, pod) || all.some(({ name }) => name === PROXY)) return;
  const probe = { httpGet: { path: "/healthz/ready", port: STATUS_PORT, scheme: "HTTP" }, timeoutSeconds: 3 };
  const proxy: Container = {
    name: PROXY,
    image: PROXY_IMAGE,
    imagePullPolicy: "IfNotPresent",
    args: ["proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local"],
    restartPolicy: "Always",
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    ],
    // The real one leaves the second out; here it tells the stand-in where to answer.
    ports: [
      { name: "http-envoy-prom", containerPort: 15090, protocol: "TCP" },
      { name: "status-port", containerPort: STATUS_PORT, protocol: "TCP" },
    ],
    resources: resourcesOf(pod),
    startupProbe: { ...probe, periodSeconds: 1, successThreshold: 1, failureThreshold: 600 },
    readinessProbe: { ...probe, periodSeconds: 15, successThreshold: 1, failureThreshold: 4 },
  };
  pod.spec.initContainers = [proxy, ...(pod.spec.initContainers ?? [])];
  pod.metadata.labels = { ...pod.metadata.labels, "security.istio.io/tlsMode": "istio" };
  const status = JSON.stringify({ initContainers: [PROXY], containers: null, revision: "default" });
  pod.metadata.annotations = { ...pod.metadata.annotations, "sidecar.istio.io/status": status };
}

/** Once a pod says one of the four, nothing of the mesh's own is taken (istio, manifests/charts, injection-template.yaml). */
function resourcesOf({ metadata: { annotations = {} } }: Pod): Container["resources"] {
  const said = (name: string): string | undefined => annotations[`sidecar.istio.io/${name}`];
  const [cpu, memory] = [said("proxyCPU"), said("proxyMemory")];
  const [cpuLimit, memoryLimit] = [said("proxyCPULimit"), said("proxyMemoryLimit")];
  if ([cpu, memory, cpuLimit, memoryLimit].every((each) => each === undefined))
    return { requests: { cpu: "10m", memory: "40Mi" } };
  return {
    requests: { ...(cpu && { cpu }), ...(memory && { memory }) },
    limits: { ...(cpuLimit && { cpu: cpuLimit }), ...(memoryLimit && { memory: memoryLimit }) },
  };
}

/**
 * The pod's own "false" always counts; then the namespace: `istio-injection` before `istio.io/rev`; the pod's own "true"
 * (or revision) counts where the namespace says nothing (istio.io/latest/docs/setup/additional-setup/sidecar-injection).
 */
function isInjected(store: Store, { metadata }: Pod): boolean {
  const own = metadata.labels?.["sidecar.istio.io/inject"];
  if (own === "false") return false;
  const labels = store.get(namespaces, undefined, metadata.namespace ?? "")?.metadata.labels;
  const injection = labels?.["istio-injection"];
  if (injection !== undefined) return injection === "enabled";
  return labels?.["istio.io/rev"] !== undefined || own === "true" || metadata.labels?.["istio.io/rev"] !== undefined;
}
