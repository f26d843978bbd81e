import { endpointSlices, pods, services } from "../kinds/index.ts";
import { type EndpointSlice, type Pod, type Service, type ServicePort } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { derived } from "./derived.ts";

export type Backend = { host: string; port: number; pod?: Pod };

export type Backends = {
  service(namespace: string, name: string): Service | undefined;
  /** The ready pods that a Service's port leads to right now. */
  ready(service: Service, port: ServicePort): Backend[];
  podAt(address: string): Pod | undefined;
};

export function backendsIn(store: Store): Backends {
  const slices = derived(store, ["endpointslices"], () => {
    const byService = new Map<string, EndpointSlice[]>();
    for (const slice of store.list(endpointSlices)) {
      const key = `${slice.metadata.namespace}/${slice.metadata.labels?.["kubernetes.io/service-name"]}`;
      byService.set(key, [...(byService.get(key) ?? []), slice]);
    }
    return byService;
  });
  const addresses = derived(
    store,
    ["pods"],
    () => new Map(store.list(pods).map((pod) => [pod.status.podIP, pod] as const)),
  );
  return {
    service: (namespace, name) => store.get(services, namespace, name),
    ready: ({ metadata }, { name: portName = "" }) =>
      (slices().get(`${metadata.namespace}/${metadata.name}`) ?? []).flatMap(({ endpoints, ports }) => {
        const target = ports.find((port) => port.name === portName);
        if (target === undefined) return [];
        return endpoints
          .filter(({ conditions }) => conditions.ready)
          .flatMap(({ addresses: all, targetRef }) => {
            const pod = targetRef && store.get(pods, targetRef.namespace, targetRef.name);
            return all.map((host) => ({ host, port: target.port, pod }));
          });
      }),
    podAt: (address) => addresses().get(address),
  };
}

/** The port that a route means: the one it names; else the only one; else the one with the number it came in on. */
export function portOf(
  { spec }: Service,
  wanted: { number?: number; name?: string } | undefined,
  otherwise?: number,
): ServicePort | undefined {
  const ports = spec.ports ?? [];
  if (wanted?.name !== undefined) return ports.find(({ name }) => name === wanted.name);
  if (wanted?.number === undefined && ports.length === 1) return ports[0];
  return ports.find(({ port }) => port === (wanted?.number ?? otherwise));
}
