import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type Logger } from "pino";
import { type z } from "zod";

/**
 * One JSON document that lives in memory and is kept on disk. Change `data` in place, then say so:
 * `changed()` writes it within `delayMs`; `await flush()` returns when all changes up to now are fsynced.
 * Each write goes to a new file that replaces the old one, so a kill at any moment leaves a whole document.
 */
export interface DurableState<T> {
  readonly data: T;
  changed(): void;
  flush(): Promise<void>;
}

export interface StateOptions<T> {
  file: string;
  /** What the file must hold; a document that does not fit stops the start, it is never overwritten. */
  schema: z.ZodType<T>;
  initial: () => T;
  logger: Logger;
  delayMs?: number;
}

export async function openState<T>({
  file,
  schema,
  initial,
  logger,
  delayMs = 25,
}: StateOptions<T>): Promise<DurableState<T>> {
  await mkdir(dirname(file), { recursive: true });
  const stored = await readIfThere(file);
  const data = stored === undefined ? initial() : schema.parse(JSON.parse(stored));
  let writing: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    // A write that has not begun yet will carry this change too; one that runs already may not.
    waiting ??= writing = writing
      .catch(() => undefined)
      .then(() => {
        waiting = undefined;
        return replaceFile(file, JSON.stringify(data));
      });
    return waiting;
  };
  const changed = () => {
    timer ??= setTimeout(() => {
      flush().catch((err: unknown) => logger.error({ err, file }, "state was not written"));
    }, delayMs);
  };
  return { data, changed, flush };
}

/** Puts `content` in place of `file` in one step, fsynced. The file is readable by its owner alone. */
export async function replaceFile(file: string, content: string): Promise<void> {
  const next = `${file}.${randomBytes(4).toString("hex")}.new`;
  try {
    const handle = await open(next, "w", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
