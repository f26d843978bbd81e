import { randomInt } from "node:crypto";
import { services } from "../../kinds/index.ts";
import { type Service } from "../../objects.ts";
import { type Store } from "../store.ts";

/** Draws until there is one that nobody has. */
function unused<T>(taken: ReadonlySet<T>, draw: () => T): T {
  for (;;) {
    const drawn = draw();
    if (!taken.has(drawn)) return drawn;
  }
}

/** A cluster address from 127.96.0.0/12, where a proxy can really listen on Linux, and node ports from Kubernetes' range. */
export function allocateAddresses(store: Store, { spec }: Service): void {
  if (spec.type === "ExternalName") return;
  const others = store.list(services);
  if ((spec.clusterIP ?? "") === "")
    spec.clusterIP = unused(
      new Set(others.map((one) => one.spec.clusterIP)),
      () => `127.${96 + randomInt(16)}.${randomInt(256)}.${randomInt(1, 255)}`,
    );
  spec.clusterIPs ??= [spec.clusterIP ?? ""];
  spec.ipFamilies ??= ["IPv4"];
  spec.ipFamilyPolicy ??= "SingleStack";
  if (spec.type === "ClusterIP") return;
  const taken = new Set(others.flatMap((one) => one.spec.ports ?? []).map(({ nodePort }) => nodePort));
  for (const port of spec.ports ?? []) {
    port.nodePort ??= unused(taken, () => randomInt(30_000, 32_768));
    taken.add(port.nodePort);
  }
}
