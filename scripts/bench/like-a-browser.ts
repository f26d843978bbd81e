import { setTimeout as pause } from "node:timers/promises";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { z } from "zod";
import { type Session } from "./session.ts";

/** What a page has on screen: a service with its pods, or the list of services. */
export type Page = { app: string; appId: string } | "list";

/** The waits of components/shell/pointer-stream.ts before and between what events make a page read again. */
const OWN = { firstMs: 0, pauseMs: 100 };
const AROUND = { firstMs: 250, pauseMs: 500 };
const SHARED = { spreadMs: 80, pauseMs: 1_000 };
/** How often components/services/use-utilization.ts and components/metrics/last-hour.tsx ask. */
const FIGURES_EVERY_MS = 60_000;

const sleep = (ms: number) => new Promise((rested) => setTimeout(rested, ms));

/**
 * A browser's part in the server's work, without the browser: one event stream, and what a page reads again when an event
 * says so. Ends with `signal`.
 */
export async function likeABrowser(session: Session, page: Page, signal: AbortSignal): Promise<void> {
  const read = async (paths: string[]): Promise<void> => {
    await Promise.allSettled(paths.map((path) => session.fetch(path, { signal }).then((answer) => answer.text())));
  };
  const readers: Readers = page === "list" ? { workloads: [listReader(read)] } : serviceReaders(page.app, read);
  const figures = page === "list" ? showFigures(session, read, signal) : showLastHour(page.app, read, signal);
  void figures.catch(() => undefined);
  const response = await session.fetch("/api/events", { signal });
  const events = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>())
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  try {
    for await (const { event = "message", data } of events) {
      if (event !== "message") continue;
      const { kind, appId } = pointer.parse(JSON.parse(data));
      if (page !== "list" && page.appId !== appId) continue;
      for (const readAgain of readers[kind] ?? []) void readAgain();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const pointer = z.object({ kind: z.string(), appId: z.string().nullable() });
/** What a page reads again after a pointer of each kind (components/shell/query-keys.ts), as far as a cluster is concerned. */
type Readers = Record<string, (() => Promise<void>)[]>;

/** The lines of use beside the list, of the services on its page, until the signal. */
async function showFigures(session: Session, read: Read, signal: AbortSignal): Promise<void> {
  const list = await session.fetch("/api/apps?pageSize=50", { signal }).then((answer) => answer.json());
  const { rows } = z.object({ rows: z.array(z.object({ name: z.string(), environments: places })) }).parse(list);
  const environmentId = rows[0]?.environments[0]?.environmentId;
  if (environmentId === undefined) return;
  const apps = rows.map(({ name }) => name).join(",");
  for (;;) {
    await read([`/api/environments/${environmentId}/utilization?${new URLSearchParams({ apps })}`]);
    await pause(FIGURES_EVERY_MS, undefined, { signal });
  }
}
/** A service's charts of the last hour, until the signal. Fifty people do not open their pages in the same second. */
async function showLastHour(app: string, read: Read, signal: AbortSignal): Promise<void> {
  await pause(Math.random() * FIGURES_EVERY_MS, undefined, { signal });
  for (;;) {
    const to = Date.now();
    const range = { from: String(to - 3_600_000), to: String(to) };
    const query = new URLSearchParams({ environment: "dev", ...range, view: "sum", charts: "main" });
    await read([`/api/apps/${app}/metrics?${query}`]);
    await pause(FIGURES_EVERY_MS, undefined, { signal });
  }
}
const places = z.array(z.object({ environmentId: z.string() }));

type Read = (paths: string[]) => Promise<void>;

const listReader = (read: Read) =>
  paced({ firstMs: Math.random() * SHARED.spreadMs, pauseMs: SHARED.pauseMs }, () => read(["/api/apps?pageSize=50"]));

/** What has changed; the diagnosis, which asks again when pods look different; and what stands around them. */
function serviceReaders(app: string, read: Read): Readers {
  const part = (name: string) => `/api/apps/${app}/${name}?environment=dev`;
  const pods = paced(OWN, async () => {
    await read([part("pods")]);
    await read([part("diagnosis")]);
  });
  const service = paced(OWN, () => read([`/api/apps/${app}`]));
  const topology = paced(AROUND, () => read([part("topology")]));
  const events = paced(AROUND, () => read([part("kubernetes-events")]));
  return { pods: [pods, topology], workloads: [service, topology], "kubernetes-events": [events] };
}

/** Reads after `firstMs`, and what is asked for meanwhile once more after `pauseMs`. */
function paced({ firstMs, pauseMs }: { firstMs: number; pauseMs: number }, read: () => Promise<void>) {
  let reading = false;
  let stale = false;
  return async (): Promise<void> => {
    stale = true;
    if (reading) return;
    reading = true;
    await sleep(firstMs);
    while (stale) {
      stale = false;
      await read();
      await sleep(pauseMs);
    }
    reading = false;
  };
}
