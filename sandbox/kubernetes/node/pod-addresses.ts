import { randomInt } from "node:crypto";
import { pods } from "../kinds/index.ts";
import { changeOf, type Store } from "../store/store.ts";

const ADDRESSES = 0x1f_fffe;

/**
 * Pod addresses, taken in turn from 127.64.0.0/11: on Linux every address of 127.0.0.0/8 is this machine's, so two
 * pods can both listen on port 8080. The turn begins anywhere, so that two sandboxes on one machine do not meet.
 */
export function podAddresses(store: Store): () => string {
  const taken = new Set(store.list(pods).map((pod) => pod.status.podIP));
  store.subscribe((change) => {
    const pod = changeOf(pods, change);
    if (pod?.type === "DELETED") taken.delete(pod.object.status.podIP);
  });
  let next = randomInt(ADDRESSES);
  return () => {
    for (;;) {
      next = (next % ADDRESSES) + 1;
      const address = `127.${64 + ((next >> 16) & 31)}.${(next >> 8) & 255}.${next & 255}`;
      if (taken.has(address)) continue;
      taken.add(address);
      return address;
    }
  };
}
