import { z } from "zod";

/** From the least weighty on. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export const logLevel = z.enum(LOG_LEVELS);
export type LogLevel = (typeof LOG_LEVELS)[number];

const WORDS: Record<string, LogLevel> = {
  trace: "debug",
  verbose: "debug",
  debug: "debug",
  info: "info",
  information: "info",
  notice: "info",
  warn: "warn",
  warning: "warn",
  err: "error",
  error: "error",
  severe: "error",
  critical: "error",
  crit: "error",
  alert: "error",
  emerg: "error",
  fatal: "error",
  panic: "error",
};
/** klog, as Kubernetes' own programs write: "E0102 15:04:05.000000 …". */
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
const KLOG_LEVELS: Record<string, LogLevel> = { I: "info", W: "warn", E: "error", F: "error" };
/** A field of JSON or logfmt; pino and bunyan write numbers. */
const FIELD = /"?\b(?:level|lvl|severity|log\.level)"?\s*[:=]\s*(?:"?([a-z]+)\b|(\d\d)\b)/i;
/** A word on its own near the line's beginning: upper case, or in brackets. */
const WORD = /(?:^|[\s|:])([A-Z]{3,11})(?=[\s|:]|$)|[[(<]\s*([A-Za-z]{3,11})\s*[\])>]/g;
const NEAR = 120;
/** What runtimes print of an error that nobody caught. */
const UNCAUGHT =
  /^(?:[\w.$]*(?:Error|Exception)\b|Uncaught\b|Unhandled\b|Traceback \(|panic: |fatal error: |Exception in )/;
const CONTINUES = /^(?:\s+\S|Caused by: |\.\.\. \d+ more)/;
const COLOURS = /\u001b\[[0-9;]*m/g;

/**
 * How weighty a line is, as far as it says so itself; null if it does not. A line that goes on with the one before it (a
 * stack trace) is as weighty as that.
 */
export function levelOf(line: string, before: LogLevel | null = null): LogLevel | null {
  const text = line.slice(0, 4 * NEAR).replace(COLOURS, "");
  if (CONTINUES.test(text)) return before;
  const klog = KLOG.exec(text)?.[1];
  if (klog) return KLOG_LEVELS[klog] ?? null;
  const field = FIELD.exec(text);
  const named = WORDS[field?.[1]?.toLowerCase() ?? ""] ?? (field?.[2] ? levelOfNumber(Number(field[2])) : undefined);
  if (named) return named;
  for (const [, plain, bracketed] of text.slice(0, NEAR).matchAll(WORD)) {
    const found = WORDS[(plain ?? bracketed ?? "").toLowerCase()];
    if (found) return found;
  }
  return UNCAUGHT.test(text) ? "error" : null;
}

function levelOfNumber(level: number): LogLevel {
  if (level >= 50) return "error";
  if (level >= 40) return "warn";
  return level >= 30 ? "info" : "debug";
}

/** Is the line at least so weighty? What says nothing of itself is not. */
export const isAtLeast = (level: LogLevel | null, least: LogLevel): boolean =>
  level !== null && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
