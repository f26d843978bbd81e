import { type Logger } from "pino";
import { KINDS } from "../kinds/index.ts";
import { type Kind } from "../kinds/kind.ts";
import { type Change, type Store } from "../store/store.ts";

/**
 * A level-based control loop: changes only say which key to look at; `reconcile` reads the world as it is now and
 * makes it one step truer. It may ask to look again after some milliseconds (for what only time brings about).
 */
export type Controller = { name: string; keysOf(change: Change): string[]; reconcile(key: string): number | undefined };

const RETRY_MS = 1000;

/** Runs controllers over one queue. A key waits at most once; what fails is tried again. */
export function runControllers(store: Store, controllers: Controller[], logger: Logger): () => void {
  const waiting = new Map<string, { controller: Controller; key: string }>();
  const timers = new Map<string, NodeJS.Timeout>();
  let scheduled: NodeJS.Immediate | undefined;

  const add = (controller: Controller, key: string): void => {
    waiting.set(`${controller.name} ${key}`, { controller, key });
    scheduled ??= setImmediate(drain);
  };
  const addLater = (controller: Controller, key: string, afterMs: number): void => {
    const id = `${controller.name} ${key}`;
    clearTimeout(timers.get(id));
    timers.set(
      id,
      setTimeout(() => {
        timers.delete(id);
        add(controller, key);
      }, afterMs),
    );
  };
  const drain = (): void => {
    scheduled = undefined;
    const batch = [...waiting.values()];
    waiting.clear();
    for (const { controller, key } of batch) {
      try {
        const again = controller.reconcile(key);
        if (again !== undefined) addLater(controller, key, again);
      } catch (error) {
        logger.warn({ error, controller: controller.name, key }, "reconcile failed, will be tried again");
        addLater(controller, key, RETRY_MS);
      }
    }
  };
  const notify = (change: Change): void => {
    for (const controller of controllers) for (const key of controller.keysOf(change)) add(controller, key);
  };

  // After a start everything is looked at once: nothing that happened while nobody watched is missed.
  for (const kind of KINDS) for (const object of store.list(kind)) notify({ revision: 0, type: "ADDED", kind, object });
  const unsubscribe = store.subscribe(notify);
  return () => {
    unsubscribe();
    clearImmediate(scheduled);
    for (const timer of timers.values()) clearTimeout(timer);
  };
}

export const keyOf = (object: { metadata: { namespace?: string; name: string } }): string =>
  `${object.metadata.namespace ?? ""}/${object.metadata.name}`;

/** The objects of a kind that a change is about: the one that changed, or the owner of what changed. */
export function keysOfOwner(kind: Kind, change: Change): string[] {
  const { object } = change;
  if (change.kind.plural === kind.plural && change.kind.group === kind.group) return [keyOf(object)];
  return (object.metadata.ownerReferences ?? [])
    .filter((owner) => owner.kind === kind.kind)
    .map(({ name }) => `${object.metadata.namespace ?? ""}/${name}`);
}

export const splitKey = (key: string): [namespace: string, name: string] => {
  const slash = key.indexOf("/");
  return [key.slice(0, slash), key.slice(slash + 1)];
};
