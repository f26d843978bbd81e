import "server-only";
import { type Db } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { type EventStream } from "#lib/platform/events";
import { isTerminalBuild } from "./build-rules.ts";
import { type BuildLogEvent } from "./schema.ts";

/** What a browser hears at most at once. */
const CHUNKS_A_READ = 50;
/** Pointers wake us; this is for those that were lost with a connection. */
const LOOK_AGAIN_MS = 2_000;

type World = { db: Db; subscribe: EventStream["subscribe"] };

/**
 * A build's log from byte `offset` on, as it grows, then how the build ended. `offset` of a text is where the next one
 * begins, so whoever resumes from the last one they saw gets no gap and no repeat. Ends quietly when `signal` aborts.
 */
export async function* followBuildLog(
  world: World,
  buildId: string,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<BuildLogEvent> {
  const bell = createBell(world, buildId);
  try {
    while (!signal.aborted) {
      const heard = bell.next(signal);
      const build = await world.db.build.findUnique({
        where: { id: buildId },
        select: { state: true, logComplete: true, logBytes: true },
      });
      if (!build) throw new NotFound("There is no such build.");
      for (;;) {
        const chunks = await chunksFrom(world.db, buildId, offset);
        for (const chunk of chunks) {
          offset = chunk.offsetBytes + chunk.lengthBytes;
          yield { type: "text", offset, text: chunk.text };
        }
        if (chunks.length < CHUNKS_A_READ) break;
      }
      if (isTerminalBuild(build.state)) {
        yield { type: "end", state: build.state };
        return;
      }
      await heard;
    }
  } finally {
    bell.close();
  }
}

/** The whole stored log as text. */
export async function* readBuildLog(db: Db, buildId: string): AsyncGenerator<string> {
  for (let offset = 0; ; ) {
    const chunks = await chunksFrom(db, buildId, offset);
    for (const chunk of chunks) {
      offset = chunk.offsetBytes + chunk.lengthBytes;
      yield chunk.text;
    }
    if (chunks.length < CHUNKS_A_READ) return;
  }
}

const chunksFrom = (db: Db, buildId: string, offset: number) =>
  db.buildLogChunk.findMany({
    where: { buildId, offsetBytes: { gte: offset } },
    orderBy: { offsetBytes: "asc" },
    take: CHUNKS_A_READ,
    select: { offsetBytes: true, lengthBytes: true, text: true },
  });

/** Rings when a pointer to this build or its log comes by, or after a while anyway. */
function createBell(world: World, buildId: string) {
  let ring: (() => void) | undefined;
  const unsubscribe = world.subscribe((event) => {
    if (event.subjectId === buildId && (event.kind === "build" || event.kind === "build-log")) ring?.();
  });
  return {
    /** Armed at once, so that what happens between asking and waiting is not missed. */
    next: (signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(() => ring?.(), LOOK_AGAIN_MS);
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        };
        ring = done;
        signal.addEventListener("abort", done, { once: true });
        if (signal.aborted) done();
      }),
    close: () => {
      unsubscribe();
      ring?.();
    },
  };
}
