import { createHash } from "node:crypto";
import { same } from "../json.ts";
import { endpointSlices, pods, services } from "../kinds/index.ts";
import { type Endpoint, type Pod, type Service } from "../objects.ts";
import { controlledBy, type Resources } from "../store/resources.ts";
import { matches } from "../store/selectors.ts";
import { isReady } from "./conditions.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

const writer = { manager: "endpointslice-controller.k8s.io" };

/** Keeps one EndpointSlice per Service: who may be sent traffic right now. */
export function endpointsController(resources: Resources): Controller {
  const { store } = resources;
  return {
    name: "endpoints",
    keysOf: ({ kind, object, before }) => {
      if (kind.plural === "services") return [keyOf(object)];
      if (kind.plural !== "pods") return [];
      const chooses = (service: Service): boolean =>
        [object, before].some((pod) => pod !== undefined && isChosen(service, pod.metadata.labels));
      return store.list(services, object.metadata.namespace).filter(chooses).map(keyOf);
    },
    reconcile: (key) => {
      const service = store.get(services, ...splitKey(key));
      if (service?.spec.selector === undefined) return undefined;
      const { namespace, name, uid } = service.metadata;
      const chosen = store
        .list(pods, namespace)
        .filter(
          (pod) =>
            isChosen(service, pod.metadata.labels) && pod.status.podIP !== undefined && pod.status.phase === "Running",
        );
      const endpoints = chosen.map((pod) => endpointOf(pod, service.spec.publishNotReadyAddresses === true));
      const ports = (service.spec.ports ?? []).map((port) => ({
        name: port.name ?? "",
        port: targetPort(port.targetPort, chosen) ?? port.port,
        protocol: port.protocol,
      }));
      const sliceName = `${name}-${createHash("sha256").update(uid).digest("hex").slice(0, 5)}`;
      const slice = store.get(endpointSlices, namespace, sliceName);
      if (slice === undefined) {
        const labels = {
          ...service.metadata.labels,
          "kubernetes.io/service-name": name,
          "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        };
        resources.create(
          endpointSlices,
          namespace,
          {
            metadata: { name: sliceName, labels, ownerReferences: [controlledBy(service)] },
            addressType: "IPv4",
            endpoints,
            ports,
          },
          writer,
        );
      } else if (!same([slice.endpoints, slice.ports], [endpoints, ports]))
        resources.modify(endpointSlices, slice, (draft) => Object.assign(draft, { endpoints, ports }), writer);
      return undefined;
    },
  };
}

const isChosen = (service: Service, labels: Record<string, string> | undefined): boolean =>
  service.spec.selector !== undefined && matches({ matchLabels: service.spec.selector }, labels);

function endpointOf(pod: Pod, publishAll: boolean): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isReady(pod);
  return {
    addresses: [pod.status.podIP ?? ""],
    conditions: { ready: publishAll || (serving && !terminating), serving, terminating },
    nodeName: pod.spec.nodeName,
    targetRef: { kind: "Pod", name: pod.metadata.name, namespace: pod.metadata.namespace ?? "", uid: pod.metadata.uid },
  };
}

/** A named target port is looked up in the pods' containers. */
function targetPort(target: number | string, chosen: Pod[]): number | undefined {
  if (typeof target === "number") return target;
  return chosen
    .flatMap((pod) => pod.spec.containers)
    .flatMap(({ ports }) => ports ?? [])
    .find(({ name }) => name === target)?.containerPort;
}
