import { randomInt } from "node:crypto";
import { findKind } from "../kinds/index.ts";
import { serviceEntrySpec, serviceEntryStatus } from "../network/external-objects.ts";
import { type KubeObject } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

const writer = { manager: "pilot-discovery", subresource: "status" } as const;
/** Whoever does not want any says so (istio.io/latest/docs/reference/config/labels). */
const OPT_OUT = "networking.istio.io/enable-autoallocate-ip";

/**
 * Finds an address for each host outside whose entry has none, as istiod does since 1.25; from 127.112.0.0/12, where a
 * proxy can really listen on Linux. Not for wildcards, nor where the caller's own address is kept to.
 */
export function externalAddressController(resources: Resources): Controller {
  const { store } = resources;
  const kind = findKind("networking.istio.io", "v1", "serviceentries");
  const statusOf = ({ status }: KubeObject) => serviceEntryStatus.safeParse(status).data?.addresses ?? [];
  return {
    name: "external-addresses",
    keysOf: ({ kind: { plural }, object }) => (plural === "serviceentries" ? [keyOf(object)] : []),
    reconcile: (key) => {
      const entry = kind && store.get(kind, ...splitKey(key));
      const spec = entry && serviceEntrySpec.safeParse(entry.spec).data;
      if (kind === undefined || entry === undefined || spec === undefined) return undefined;
      const wants =
        spec.addresses.length === 0 && spec.resolution !== "NONE" && entry.metadata.labels?.[OPT_OUT] !== "false";
      const hosts = wants ? spec.hosts.filter((host) => !host.startsWith("*")) : [];
      const taken = new Set(
        store
          .list(kind)
          .flatMap(statusOf)
          .map(({ value }) => value),
      );
      const found = statusOf(entry);
      const addresses = hosts.map((host) => found.find((each) => each.host === host) ?? { host, value: unused(taken) });
      resources.modify(kind, entry, (draft) => Object.assign(draft, { status: { addresses } }), writer);
      return undefined;
    },
  };
}

function unused(taken: Set<string>): string {
  for (;;) {
    const value = `127.${112 + randomInt(16)}.${randomInt(256)}.${randomInt(1, 255)}`;
    if (taken.has(value)) continue;
    taken.add(value);
    return value;
  }
}
