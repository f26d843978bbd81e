import "server-only";
import { open, seal } from "#lib/platform/crypto";
import { type Db, db } from "#lib/platform/db";
import { type EventStream, subscribe } from "#lib/platform/events";
import { enqueue, type Queue } from "#lib/platform/queue";

/** What use cases take by argument, from this process. Routes hand it on; they never reach for it themselves. */
export type World = {
  db: Db;
  enqueue: Queue["enqueue"];
  subscribe: EventStream["subscribe"];
  seal: (text: string) => string;
  open: (envelope: string) => string;
  now: () => Date;
};

export const world = (): World => ({ db: db(), enqueue, subscribe, seal, open, now: () => new Date() });
