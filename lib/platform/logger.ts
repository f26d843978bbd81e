import "server-only";
import pino, { type Logger } from "pino";
import { logLevel } from "./env.ts";

export type { Logger } from "pino";

/** Keys whose values never reach a log line, at the top and two levels down. */
const SECRET_KEYS = [
  "password",
  "passwordHash",
  "token",
  "secret",
  "sessionSecret",
  "webhookSecret",
  "callbackSecret",
  "authorization",
  "cookie",
  "databaseUrl",
];
const paths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** JSON lines on stdout. Messages are constant, what varies is in keys: `log.info({ buildId }, "build started")`. */
export function createLogger(level: string = logLevel(), destination?: pino.DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: "[secret]" },
  };
  return destination ? pino(options, destination) : pino(options);
}

let root: Logger | undefined;
/** The process's logger with `area` on every line: the room that speaks ("builds", "queue", "http"). */
export const logger = (area: string): Logger => (root ??= createLogger()).child({ area });
