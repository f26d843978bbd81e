import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Pod } from "../objects.ts";
import { ContainerLog, type LogPlace, logPath } from "./container-log.ts";

const LINE_EVERY_MS = 2000;
const MOST_LINES = 500;
const PATHS = ["/", "/healthz", "/api/items", "/api/items/7", "/login"];

type OpenLog = { log: ContainerLog; next: number; timer: NodeJS.Timeout };

/** Invented logs of containers without processes. They are written when somebody reads them, and grow while somebody follows. */
export class VirtualLogs {
  readonly #home: string;
  readonly #now: () => Date;
  readonly #open = new Map<string, OpenLog>();

  constructor(home: string, now: () => Date) {
    this.#home = home;
    this.#now = now;
  }

  logOf(pod: Pod, container: string): LogPlace | undefined {
    const status = pod.status.containerStatuses?.find(({ name }) => name === container);
    if (status === undefined) return undefined;
    const place = { run: status.restartCount, folder: join(this.#home, pod.metadata.uid, container) };
    const startedAt = status.state.running?.startedAt;
    if (startedAt === undefined) return { log: undefined, ...place };
    const path = logPath(place.folder, place.run);
    const open = this.#open.get(path) ?? this.#begin(path, Date.parse(startedAt));
    this.#grow(open);
    return { log: open.log, ...place };
  }

  stop(): void {
    for (const path of this.#open.keys()) this.#putAway(path);
  }

  /** A line's text follows from its time, so a log that was put away comes back as it was. */
  #begin(path: string, started: number): OpenLog {
    rmSync(path, { force: true });
    const from = Math.max(started, this.#now().getTime() - MOST_LINES * LINE_EVERY_MS);
    const log = new ContainerLog(path);
    const tick = (): void => {
      this.#grow(open);
      if (log.listenerCount("more") === 0) this.#putAway(path);
    };
    const timer = setInterval(tick, LINE_EVERY_MS).unref();
    const open = { log, next: Math.ceil(from / LINE_EVERY_MS), timer };
    this.#open.set(path, open);
    return open;
  }

  #grow(open: OpenLog): void {
    for (; open.next * LINE_EVERY_MS <= this.#now().getTime(); open.next += 1) {
      const path = PATHS[open.next % PATHS.length] ?? "/";
      open.log.writeLine(new Date(open.next * LINE_EVERY_MS), `GET ${path} 200 ${(open.next % 37) + 2}ms`);
    }
  }

  #putAway(path: string): void {
    const open = this.#open.get(path);
    this.#open.delete(path);
    clearInterval(open?.timer);
    open?.log.close();
  }
}
