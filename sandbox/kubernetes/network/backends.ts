import { endpointSlices, services } from "../kinds/index.ts";
import { type ServicePort } from "../objects.ts";
import { type Store } from "../store/store.ts";

export type Backend = { host: string; port: number };

/** The pods that a Service's port leads to right now, or undefined when there is no such Service or port. */
export function backendsOf(
  store: Store,
  namespace: string,
  name: string,
  port: { number?: number; name?: string },
): Backend[] | undefined {
  const service = store.get(services, namespace, name);
  const wanted = service?.spec.ports?.find((each) =>
    port.name === undefined ? each.port === port.number : each.name === port.name,
  );
  return wanted === undefined ? undefined : readyBackends(store, namespace, name, wanted);
}

export function readyBackends(
  store: Store,
  namespace: string,
  name: string,
  { name: portName = "" }: ServicePort,
): Backend[] {
  const slices = store
    .list(endpointSlices, namespace)
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
  return slices.flatMap(({ endpoints, ports }) => {
    const target = ports.find((port) => port.name === portName);
    if (target === undefined) return [];
    return endpoints
      .filter(({ conditions }) => conditions.ready)
      .flatMap(({ addresses }) => addresses.map((host) => ({ host, port: target.port })));
  });
}

/** Gives each call the next one in turn. */
export function inTurn(): <T>(all: T[]) => T[] {
  let turn = 0;
  return (all) => {
    turn += 1;
    const start = turn % Math.max(1, all.length);
    return [...all.slice(start), ...all.slice(0, start)];
  };
}
