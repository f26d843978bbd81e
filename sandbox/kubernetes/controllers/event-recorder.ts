import { createHash } from "node:crypto";
import { events } from "../kinds/index.ts";
import { type Event, type KubeObject } from "../objects.ts";
import { type Resources } from "../store/resources.ts";

export type Record = { type: "Normal" | "Warning"; reason: string; message: string; fieldPath?: string };
export type Recorder = (about: KubeObject, record: Record) => void;

const KEPT_MS = 3_600_000;

/** Writes Events as one component of the cluster. The same thing said again raises `count` instead of adding a row. */
export function recorderFor(resources: Resources, component: string): Recorder {
  return (about, { type, reason, message, fieldPath }) => {
    const { name, namespace = "default", uid, resourceVersion } = about.metadata;
    const involvedObject = {
      kind: about.kind,
      namespace,
      name,
      uid,
      apiVersion: about.apiVersion,
      resourceVersion,
      ...(fieldPath === undefined ? {} : { fieldPath }),
    };
    const identity = createHash("sha256")
      .update([uid, component, reason, message, fieldPath].join("\n"))
      .digest("hex")
      .slice(0, 16);
    const eventName = `${name}.${identity}`;
    const now = resources
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z");
    const options = { manager: component };
    const known = resources.store.get(events, namespace, eventName);
    if (known !== undefined) {
      resources.modify(
        events,
        known,
        (event) => Object.assign(event, { count: (event.count ?? 1) + 1, lastTimestamp: now }),
        options,
      );
      return;
    }
    try {
      const body = {
        involvedObject,
        reason,
        message,
        type,
        count: 1,
        firstTimestamp: now,
        lastTimestamp: now,
        source: { component },
        reportingComponent: component,
        reportingInstance: "",
      };
      resources.create(events, namespace, { metadata: { name: eventName }, ...body }, options);
    } catch {
      // A namespace on its way out takes no more events, and nothing may fail because of one.
    }
  };
}

/** Events are kept for an hour. */
export function forgetOldEvents(resources: Resources): void {
  const limit = resources.now().getTime() - KEPT_MS;
  const old = (event: Event): boolean => Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp) < limit;
  for (const event of resources.store.list(events).filter(old)) resources.remove(events, event);
}
