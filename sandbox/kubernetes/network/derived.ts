import { type Store } from "../store/store.ts";

/** Something computed from the objects of some kinds (by their plural), computed again only after one of them changed. */
export function derived<T>(store: Store, plurals: readonly string[], compute: () => T): () => T {
  let current: { value: T } | undefined;
  store.subscribe(({ kind }) => {
    if (plurals.includes(kind.plural)) current = undefined;
  });
  return () => (current ??= { value: compute() }).value;
}
