import { z } from "zod";
import { visibleText } from "./control-rules.ts";

/** asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a line of header, then a line for each event. */
const castHeader = z.object({
  version: z.literal(2),
  width: z.number().int(),
  height: z.number().int(),
  timestamp: z.number().int().optional(),
  title: z.string().optional(),
});
/** Seconds since the beginning; output, or the new size as "80x24". */
const castEvent = z.tuple([z.number(), z.enum(["o", "r"]), z.string()]);
export type CastEvent = z.infer<typeof castEvent>;
export type Cast = { width: number; height: number; events: CastEvent[]; seconds: number };

type Recorded = { columns: number; rows: number; startedAt: Date; title: string };

export const castHead = ({ columns, rows, startedAt, title }: Recorded): string =>
  `${JSON.stringify({ version: 2, width: columns, height: rows, timestamp: Math.floor(startedAt.getTime() / 1000), title })}\n`;

export const castLine = (milliseconds: number, kind: CastEvent[1], data: string): string =>
  `${JSON.stringify([Math.max(0, Math.round(milliseconds)) / 1000, kind, data])}\n`;

/** A recording as it was kept; lines that are no events of ours are left out, as the format asks. */
export function readCast(text: string): Cast {
  const [first = "", ...lines] = text.split("\n");
  const { width, height } = castHeader.parse(JSON.parse(first));
  const events = lines.flatMap((line): CastEvent[] => {
    const event = line === "" ? null : castEvent.safeParse(JSON.parse(line));
    return event?.success ? [event.data] : [];
  });
  return { width, height, events, seconds: events.at(-1)?.[0] ?? 0 };
}

/** "132x50" of a resize event; null for what is none. */
export function sizeIn(data: string): { columns: number; rows: number } | null {
  const [, columns, rows] = /^(\d{1,4})x(\d{1,4})$/.exec(data) ?? [];
  return columns && rows ? { columns: Number(columns), rows: Number(rows) } : null;
}

/** Characters shown before and after a hit. */
const BEFORE = 16;
const AFTER = 60;
export type CastHit = { seconds: number; before: string; text: string; after: string };

/** Where in a recording a text was seen, in any case: when its first character came, and what stands around it. */
export function findInCast({ events }: Cast, wanted: string, most = 200): CastHit[] {
  const needle = wanted.toLowerCase();
  if (needle === "") return [];
  const starts: { offset: number; seconds: number }[] = [];
  let seen = "";
  for (const [seconds, kind, data] of events) {
    if (kind !== "o") continue;
    starts.push({ offset: seen.length, seconds });
    seen += visibleText(data.replaceAll("\r\n", "⏎"));
  }
  const hits: CastHit[] = [];
  const lower = seen.toLowerCase();
  let event = 0;
  for (let at = lower.indexOf(needle); at >= 0 && hits.length < most; at = lower.indexOf(needle, at + needle.length)) {
    while ((starts[event + 1]?.offset ?? Number.POSITIVE_INFINITY) <= at) event += 1;
    const end = at + needle.length;
    const line = (text: string) => text.split("⏎");
    hits.push({
      seconds: starts[event]?.seconds ?? 0,
      before: line(seen.slice(Math.max(0, at - BEFORE), at)).at(-1) ?? "",
      text: seen.slice(at, end),
      after: line(seen.slice(end, end + AFTER))[0] ?? "",
    });
  }
  return hits;
}
