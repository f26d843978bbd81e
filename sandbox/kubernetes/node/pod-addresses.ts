import { pods } from "../kinds/index.ts";
import { type Store } from "../store/store.ts";

/**
 * Pod addresses, taken in turn from 127.64.0.0/10: on Linux every address of 127.0.0.0/8 is this machine's, so two
 * pods can both listen on port 8080. An address is reused only after all others.
 */
export function podAddresses(store: Store): () => string {
  let next = 0;
  return () => {
    const taken = new Set(store.list(pods).map((pod) => pod.status.podIP));
    for (;;) {
      next = (next % 0x1f_fffe) + 1;
      const address = `127.${64 + ((next >> 16) & 31)}.${(next >> 8) & 255}.${next & 255}`;
      if (!taken.has(address)) return address;
    }
  };
}
