import "server-only";
import { KeplerError } from "#lib/platform/errors";
import { type LogSource } from "./follow-pods.ts";
import { isAtLeast, type LogLevel, levelOf } from "./level-rules.ts";
import { readLogToEnd } from "./read-pod.ts";
import { type LogLine, MOST_PODS } from "./schema.ts";

export type MergedWish = {
  container: string;
  /** Nothing older than this, RFC 3339; null = all that there is. */
  since: string | null;
  previous: boolean;
  /** Only lines with this text in them, whatever their case; "" = all. */
  text: string;
  /** Only lines at least so weighty; null = all. */
  level: LogLevel | null;
};

/** Lines of one pod, of which the next is `lines[at]`. */
type Head = { pod: string; lines: LogLine[]; at: number; more: AsyncGenerator<LogLine[]> };

/**
 * The logs of all pods as one text in the order of their times, "time pod line" each, piece by piece: never more of it in
 * memory than what each pod's connection has just brought. A log that cannot be had, or breaks off, says so in its place;
 * of more than MOST_PODS pods the newest are read, and the text begins with saying which are not.
 */
export async function* mergedLog(source: LogSource, wish: MergedWish, signal: AbortSignal): AsyncGenerator<string> {
  const all = await source.pods();
  const pods = all.slice(0, MOST_PODS);
  const others = all.slice(MOST_PODS).map(({ name }) => name);
  if (others.length > 0)
    yield `# The newest ${pods.length} of ${all.length} pods. Not among them: ${others.join(", ")}\n`;
  const opened = pods.map(async ({ name }) =>
    nextOf({ pod: name, lines: [], at: 0, more: linesOf(source, name, wish, signal) }),
  );
  let heads = (await Promise.all(opened)).filter((head) => head !== null);
  while (heads.length > 0 && !signal.aborted) {
    const first = heads.reduce((one, other) => (timeOf(other) < timeOf(one) ? other : one));
    const times = heads.filter((head) => head !== first).map(timeOf);
    const until = times.length === 0 ? null : times.reduce((one, other) => (other < one ? other : one));
    let text = "";
    for (
      let line = first.lines[first.at];
      line && (until === null || line[0] <= until);
      line = first.lines[++first.at]
    ) {
      text += `${line[0]} ${first.pod} ${line[1]}\n`;
    }
    yield text;
    if (first.at === first.lines.length && (await nextOf(first)) === null)
      heads = heads.filter((head) => head !== first);
  }
}

const timeOf = ({ lines, at }: Head): string => lines[at]?.[0] ?? "";

async function nextOf(head: Head): Promise<Head | null> {
  const next = await head.more.next();
  if (next.done) return null;
  head.lines = next.value;
  head.at = 0;
  return head;
}

/** What passes the filter, never an empty array. */
async function* linesOf(
  { kubernetes, namespace }: LogSource,
  name: string,
  { container, since, previous, text, level: least }: MergedWish,
  signal: AbortSignal,
): AsyncGenerator<LogLine[]> {
  const needle = text.toLowerCase();
  const start = since === null ? {} : { sinceTime: since };
  let level: LogLevel | null = null;
  let latest = since ?? "";
  try {
    const pod = { kubernetes, namespace, name, container };
    for await (const { lines } of readLogToEnd(pod, { position: null, start }, { previous, signal })) {
      latest = lines.at(-1)?.[0] ?? latest;
      const wanted = lines.filter(([, line]) => {
        level = levelOf(line, level);
        return (least === null || isAtLeast(level, least)) && (needle === "" || line.toLowerCase().includes(needle));
      });
      if (wanted.length > 0) yield wanted;
    }
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    yield [[latest, `# ${error.message}`]];
  }
}
