import { ingressClasses, namespaces, services } from "../kinds/index.ts";
import { type Resources } from "../store/resources.ts";
import { type EdgePorts } from "./edge.ts";
import { GATEWAY_LABELS } from "./istio-routes.ts";

const writer = { manager: "cloud-controller-manager" };

/**
 * Shows the gateways where a cluster shows them: as LoadBalancer Services that have got their addresses, Traefik also as
 * the class that its chart installs.
 */
export function publishGateways(resources: Resources, ports: EdgePorts): void {
  if (resources.store.get(ingressClasses, undefined, "traefik") === undefined) {
    const body = { metadata: { name: "traefik" }, spec: { controller: "traefik.io/ingress-controller" } };
    resources.create(ingressClasses, undefined, body, writer);
  }
  publish(resources, "istio-system", "istio-ingressgateway", GATEWAY_LABELS, { name: "http2", port: ports.istio });
  publish(
    resources,
    "traefik",
    "traefik",
    { "app.kubernetes.io/name": "traefik" },
    { name: "web", port: ports.traefik },
  );
}

/** The port is the one that is really listened on, since this machine's port 80 belongs to others. */
function publish(
  resources: Resources,
  namespace: string,
  name: string,
  labels: Record<string, string>,
  { name: portName, port }: { name: string; port: number },
): void {
  const { store } = resources;
  if (store.get(namespaces, undefined, namespace) === undefined)
    resources.create(namespaces, undefined, { metadata: { name: namespace } }, writer);
  const spec = { type: "LoadBalancer", ports: [{ name: portName, port, appProtocol: "http" }] };
  if (store.get(services, namespace, name) === undefined)
    resources.create(services, namespace, { metadata: { name, labels }, spec }, writer);
  const service = resources.get(services, namespace, name);
  const [first] = service.spec.ports ?? [];
  if (first?.port !== port)
    resources.modify(
      services,
      service,
      (draft) => {
        draft.spec.ports = [{ name: portName, port, targetPort: port, protocol: "TCP", appProtocol: "http" }];
      },
      writer,
    );
  const status = { loadBalancer: { ingress: [{ ip: "127.0.0.1", ports: [{ port, protocol: "TCP" }] }] } };
  resources.modify(
    services,
    resources.get(services, namespace, name),
    (draft) => {
      draft.status = status;
    },
    { ...writer, subresource: "status" },
  );
}
