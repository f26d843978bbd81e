import { type Kind, resourceName } from "../kinds/kind.ts";
import { type KubeObject } from "../objects.ts";
import { type Entry, Journal } from "./journal.ts";
import { ObjectTable } from "./object-table.ts";

export type Change = {
  revision: number;
  type: "ADDED" | "MODIFIED" | "DELETED";
  kind: Kind;
  object: KubeObject;
  before?: KubeObject;
};
export type Listener = (change: Change) => void;

/** A change as one of this kind; undefined when it is of another. The kind's schema has vouched for the type. */
export function changeOf<T extends KubeObject>(kind: Kind<T>, change: Change): TypedChange<T> | undefined {
  const is = change.kind.plural === kind.plural && change.kind.group === kind.group;
  return is ? { type: change.type, object: change.object as T, before: change.before as T | undefined } : undefined;
}
type TypedChange<T> = { type: Change["type"]; object: T; before: T | undefined };

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;
/** How many changes a watch may lie behind before it is answered 410 Gone. */
const HISTORY = 20_000;
const FOLD_AT = 1.5;

/**
 * All objects, by kind and key, with one revision counter over all of them (etcd's part in a real cluster).
 * Stored objects are never changed in place: a write stores a new one, so what a reader holds stays as it was.
 */
export class Store {
  readonly #tables = new Map<string, ObjectTable>();
  readonly #listeners = new Set<Listener>();
  readonly #journal: Journal;
  readonly #historyLimit: number;
  #history: Change[] = [];
  #revision = 0;
  /** The newest revision whose successors are all in the history. */
  #compacted = 0;
  /** The revision that the journal ended with: nothing is known of the way there. */
  readonly loaded: number;

  constructor(home: string, historyLimit = HISTORY) {
    this.#historyLimit = historyLimit;
    this.#journal = new Journal(home);
    let entries = 0;
    for (const { revision, kind, key, object } of this.#journal.read()) {
      entries += 1;
      this.#revision = Math.max(this.#revision, revision);
      if (object === null) this.#of(kind).delete(key);
      else this.#of(kind).set(key, object);
    }
    this.#compacted = this.#revision;
    this.loaded = this.#revision;
    // A journal that is mostly history is folded; one that is nearly its own snapshot goes on as it is.
    const live = [...this.#tables.values()].reduce((sum, table) => sum + table.size, 0);
    if (this.#journal.isTorn || entries > live * FOLD_AT) this.#journal.rewrite(this.#current());
  }

  get revision(): number {
    return this.#revision;
  }
  get compacted(): number {
    return this.#compacted;
  }

  get<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined, name: string): T | undefined {
    const object = this.#of(resourceName(kind)).get(keyOf(namespace, name));
    return object === undefined ? undefined : this.#typed(kind, object);
  }

  /** In key order, as etcd ranges are. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): T[] {
    return this.#of(resourceName(kind))
      .list(namespace)
      .map((object) => this.#typed(kind, object));
  }

  /** The objects of a kind that name this owner. */
  ownedBy<T extends KubeObject>(kind: Kind<T>, ownerUid: string): T[] {
    return this.#of(resourceName(kind))
      .ownedBy(ownerUid)
      .map((object) => this.#typed(kind, object));
  }

  /** Stores a new version under the next revision and tells everyone. The object becomes the store's own. */
  put<T extends KubeObject>(kind: Kind<T>, object: T): T {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const objects = this.#of(resourceName(kind));
    const before = objects.get(key);
    object.metadata.resourceVersion = String(this.#revision + 1);
    objects.set(key, object);
    this.#record({ type: before === undefined ? "ADDED" : "MODIFIED", kind, object, before }, key);
    return object;
  }

  remove(kind: Kind, object: KubeObject): KubeObject {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const before = this.#of(resourceName(kind)).get(key) ?? object;
    this.#of(resourceName(kind)).delete(key);
    const last = { ...before, metadata: { ...before.metadata, resourceVersion: String(this.#revision + 1) } };
    this.#record({ type: "DELETED", kind, object: last, before }, key);
    return last;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The changes after a revision, oldest first. The caller has checked `compacted`. */
  since(revision: number): Change[] {
    return this.#history.filter((change) => change.revision > revision);
  }

  close(): void {
    this.#journal.close();
  }

  #record(change: Omit<Change, "revision">, key: string): void {
    this.#revision += 1;
    const whole = { ...change, revision: this.#revision };
    const object = change.type === "DELETED" ? null : change.object;
    this.#journal.append({ revision: this.#revision, kind: resourceName(change.kind), key, object });
    if (this.#journal.isLong) void this.#journal.fold(this.#current());
    this.#history.push(whole);
    if (this.#history.length > this.#historyLimit) {
      const dropped = this.#history.splice(0, this.#historyLimit / 2).at(-1);
      this.#compacted = dropped?.revision ?? this.#compacted;
    }
    for (const listener of this.#listeners) listener(whole);
  }

  /** As it is now: what is stored while somebody reads it changes nothing of it. */
  #current(): Iterable<Entry> {
    const tables = [...this.#tables].map(([kind, objects]) => ({ kind, entries: objects.entries() }));
    // The counter itself must survive the deletion of the newest object.
    const counter = { revision: this.#revision, kind: "", key: "", object: null };
    return entriesOf(tables, counter);
  }

  #of(kind: string): ObjectTable {
    let table = this.#tables.get(kind);
    if (table === undefined) this.#tables.set(kind, (table = new ObjectTable()));
    return table;
  }

  // Only what the kind's schema has accepted is ever put under that kind, so the kind vouches for the type.
  #typed<T extends KubeObject>(_kind: Kind<T>, object: KubeObject): T {
    return object as T;
  }
}

type Tables = { kind: string; entries: [string, KubeObject][] }[];

function* entriesOf(tables: Tables, counter: Entry): Generator<Entry> {
  for (const { kind, entries } of tables)
    for (const [key, object] of entries) yield { revision: Number(object.metadata.resourceVersion), kind, key, object };
  yield counter;
}
