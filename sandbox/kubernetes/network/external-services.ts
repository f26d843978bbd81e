import { lookup } from "node:dns";
import { type LookupFunction } from "node:net";
import { findKind } from "../kinds/index.ts";
import { type KubeObject } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { type Backend } from "./backends.ts";
import { derived } from "./derived.ts";
import {
  type ExternalPort,
  isExportedTo,
  type ServiceEntrySpec,
  serviceEntrySpec,
  serviceEntryStatus,
} from "./external-objects.ts";
import { hostFits } from "./hosts.ts";

/** A host outside of the cluster, as one entry has it. */
export type ExternalService = {
  namespace: string;
  host: string;
  /** Where calls to it are taken: the entry's own, or those that were found for it. */
  addresses: string[];
  spec: ServiceEntrySpec;
};

export type ExternalServices = {
  /** The oldest entry of a host has the word. */
  all(): ExternalService[];
  /** What proxies of a namespace know by this name. */
  named(host: string, namespace: string | undefined): ExternalService | undefined;
};

export function externalServicesIn(store: Store): ExternalServices {
  const all = derived(store, ["serviceentries"], () => {
    const kind = findKind("networking.istio.io", "v1", "serviceentries");
    const entries = kind === undefined ? [] : store.list(kind);
    return entries
      .sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp))
      .flatMap(servicesOf);
  });
  return {
    all,
    named: (host, namespace) =>
      all().find((each) => each.host === host && isExportedTo(each.spec.exportTo, each.namespace, namespace)) ??
      all().find((each) => hostFits(each.host, host) && isExportedTo(each.spec.exportTo, each.namespace, namespace)),
  };
}

function servicesOf({ metadata: { namespace = "" }, ...object }: KubeObject): ExternalService[] {
  const spec = serviceEntrySpec.safeParse(object.spec).data;
  const found = serviceEntryStatus.safeParse(object.status).data?.addresses ?? [];
  return (spec?.hosts ?? []).flatMap((host) =>
    spec === undefined
      ? []
      : {
          ...{ namespace, host, spec },
          addresses:
            spec.addresses.length > 0
              ? spec.addresses
              : found.filter((each) => each.host === host).map(({ value }) => value),
        },
  );
}

export const speaksHttp = ({ protocol }: ExternalPort): boolean =>
  ["HTTP", "HTTP2", "GRPC"].includes(protocol.toUpperCase());

/** Where a port of it is really listened on: at the entry's endpoints, or where DNS says. */
export function endpointsOf({ host, spec }: ExternalService, port: ExternalPort): Backend[] {
  const at = port.targetPort ?? port.number;
  if (spec.endpoints.length > 0)
    return spec.endpoints.map(({ address, ports }) => ({ host: address, port: ports[port.name] ?? at }));
  return spec.resolution.startsWith("DNS") ? [{ host, port: at }] : [];
}

/** The machine's resolver, and RFC 6761 (6.3): every name below localhost is this machine. */
export const resolveName: LookupFunction = (name, options, done) =>
  lookup(name.endsWith(".localhost") ? "localhost" : name, { family: 4, ...options }, done);
