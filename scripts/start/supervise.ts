/** Something that runs until it ends: a child process, the database. */
export type Running = { ended: Promise<string>; stop(): Promise<void> };

const FIRST_PAUSE_MS = 300;
const LAST_PAUSE_MS = 15_000;
/** After so long a life an end is an accident again, not a habit. */
const HEALTHY_AFTER_MS = 30_000;

type Options = {
  name: string;
  start: () => Promise<Running>;
  say: (line: string) => void;
};
export type Supervised = { stop(): Promise<void> };

/** Starts it, and starts it again whenever it ends, ever more patiently. Rejects when the first start fails. */
export async function supervise({ name, start, say }: Options): Promise<Supervised> {
  let stopping = false;
  let current = await start();
  let pauseMs = FIRST_PAUSE_MS;
  let wake: (() => void) | undefined;

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const watch = async () => {
    for (;;) {
      const startedAt = Date.now();
      const why = await current.ended;
      if (stopping) return;
      if (Date.now() - startedAt > HEALTHY_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      say(`${name} ended (${why}); starting it again in ${(pauseMs / 1000).toFixed(1)} s`);
      await pause();
      pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
      if (stopping) return;
      current = await start().catch((error: unknown) => ({
        ended: Promise.resolve(error instanceof Error ? error.message : String(error)),
        stop: async () => undefined,
      }));
      // Told to stop while it started again: nobody else knows of this one.
      if (stopping) {
        await current.stop();
        return;
      }
    }
  };
  const watching = watch();

  return {
    stop: async () => {
      stopping = true;
      wake?.();
      await current.stop();
      await watching;
    },
  };
}
