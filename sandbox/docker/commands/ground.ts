import { type ParseArgsConfig, parseArgs } from "node:util";
import { type BuildGround } from "../build-request.ts";

export type CommandGround = BuildGround & {
  /** A line on standard output: what scripts read. */
  say: (line: string) => void;
  /** Text on standard error: what people read. */
  log: (text: string) => void;
};

/** The command line itself is wrong; `docker` leaves with 125 then. */
export class UsageError extends Error {}

/** `parseArgs` whose complaints are usage errors. */
export function parseCommandLine<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
