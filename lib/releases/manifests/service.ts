import { HEADLESS_SUFFIX } from "#lib/apps/naming-rules";
import { type Manifest, type ManifestInput, metadata, selector } from "./object.ts";

export const serviceAccount = (input: ManifestInput): Manifest => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: metadata(input),
  automountServiceAccountToken: false,
});

export const portsOf = ({ spec }: ManifestInput) =>
  spec.ports.map(({ name, port, protocol }) => ({
    name,
    port,
    targetPort: name,
    protocol: "TCP",
    appProtocol: protocol,
  }));

export const service = (input: ManifestInput): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: metadata(input),
  spec: { type: "ClusterIP", selector: selector(input), ports: portsOf(input) },
});

export const headlessName = (app: { name: string }): string => `${app.name}${HEADLESS_SUFFIX}`;

/** Gives each pod of a StatefulSet its own DNS name, also before it is ready: members look for each other to become so. */
export const headlessService = (input: ManifestInput): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: metadata(input, headlessName(input.app)),
  spec: {
    type: "ClusterIP",
    clusterIP: "None",
    publishNotReadyAddresses: true,
    selector: selector(input),
    ...(input.spec.ports.length > 0 ? { ports: portsOf(input) } : {}),
  },
});
