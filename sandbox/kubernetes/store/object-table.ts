import { type KubeObject } from "../objects.ts";

/** A key and what is stored under it now: the same one for as long as the key is there. */
type Slot = { readonly key: string; object: KubeObject };

/** The objects of one kind by key (`namespace/name`), found by namespace and by owner without looking at the others. */
export class ObjectTable {
  readonly #slots = new Map<string, Slot>();
  readonly #keysByNamespace = new Map<string, Set<string>>();
  readonly #keysByOwner = new Map<string, Set<string>>();
  /** Slots in the order of their keys, until one comes or goes: a list of ten thousand searches for none of them. */
  #sorted = new Map<string | undefined, Slot[]>();

  get size(): number {
    return this.#slots.size;
  }

  get(key: string): KubeObject | undefined {
    return this.#slots.get(key)?.object;
  }

  /** As they are now, whatever is stored later. */
  entries(): [string, KubeObject][] {
    return Array.from(this.#slots.values(), ({ key, object }) => [key, object]);
  }

  set(key: string, object: KubeObject): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) {
      this.#slots.set(key, { key, object });
      addTo(this.#keysByNamespace, namespaceOf(key), key);
      this.#forgetOrder(key);
    } else {
      for (const uid of ownersOf(slot.object)) removeFrom(this.#keysByOwner, uid, key);
      slot.object = object;
    }
    for (const uid of ownersOf(object)) addTo(this.#keysByOwner, uid, key);
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    removeFrom(this.#keysByNamespace, namespaceOf(key), key);
    for (const uid of ownersOf(slot.object)) removeFrom(this.#keysByOwner, uid, key);
    this.#forgetOrder(key);
  }

  list(namespace: string | undefined): KubeObject[] {
    let slots = this.#sorted.get(namespace);
    if (slots === undefined) {
      const keys = namespace === undefined ? this.#slots.keys() : (this.#keysByNamespace.get(namespace) ?? []);
      slots = this.#at([...keys].sort());
      this.#sorted.set(namespace, slots);
    }
    return slots.map(({ object }) => object);
  }

  ownedBy(uid: string): KubeObject[] {
    return this.#at([...(this.#keysByOwner.get(uid) ?? [])]).map(({ object }) => object);
  }

  #at(keys: string[]): Slot[] {
    return keys.flatMap((key) => this.#slots.get(key) ?? []);
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
