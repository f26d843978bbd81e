import { type KubeObject } from "../objects.ts";

/** The objects of one kind by key (`namespace/name`), found by namespace and by owner without looking at the others. */
export class ObjectTable {
  readonly #objects = new Map<string, KubeObject>();
  readonly #keysByNamespace = new Map<string, Set<string>>();
  readonly #keysByOwner = new Map<string, Set<string>>();
  /** Keys in order, until one comes or goes. */
  #sorted = new Map<string | undefined, string[]>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  entries(): Iterable<[string, KubeObject]> {
    return this.#objects;
  }

  set(key: string, object: KubeObject): void {
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    if (before === undefined) {
      addTo(this.#keysByNamespace, namespaceOf(key), key);
      this.#forgetOrder(key);
    } else for (const uid of ownersOf(before)) removeFrom(this.#keysByOwner, uid, key);
    for (const uid of ownersOf(object)) addTo(this.#keysByOwner, uid, key);
  }

  delete(key: string): void {
    const before = this.#objects.get(key);
    if (before === undefined) return;
    this.#objects.delete(key);
    removeFrom(this.#keysByNamespace, namespaceOf(key), key);
    for (const uid of ownersOf(before)) removeFrom(this.#keysByOwner, uid, key);
    this.#forgetOrder(key);
  }

  list(namespace: string | undefined): KubeObject[] {
    let keys = this.#sorted.get(namespace);
    if (keys === undefined) {
      keys = [
        ...(namespace === undefined ? this.#objects.keys() : (this.#keysByNamespace.get(namespace) ?? [])),
      ].sort();
      this.#sorted.set(namespace, keys);
    }
    return this.#at(keys);
  }

  ownedBy(uid: string): KubeObject[] {
    return this.#at([...(this.#keysByOwner.get(uid) ?? [])]);
  }

  #at(keys: string[]): KubeObject[] {
    return keys.flatMap((key) => this.#objects.get(key) ?? []);
  }

  #forgetOrder(key: string): void {
    this.#sorted.delete(undefined);
    this.#sorted.delete(namespaceOf(key));
  }
}

const namespaceOf = (key: string): string => key.slice(0, key.indexOf("/"));
const ownersOf = ({ metadata }: KubeObject): string[] => (metadata.ownerReferences ?? []).map(({ uid }) => uid);

function addTo(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name);
  if (keys === undefined) index.set(name, new Set([key]));
  else keys.add(key);
}

function removeFrom(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(name);
}
