import { type Family, type Labels, type Sample } from "#sandbox/prometheus/metrics";
import { formatNumber } from "#sandbox/prometheus/promql/format";

type Scrape = { job: string; instance: string; at: number; families: Family[] };
export type History = { scrapes: Scrape[]; start: number; end: number; moments: number[] };

/** Values of a label that a query made by gluing text together would trip over. */
export const HOSTILE_NAMES = [
  'a"} or up{job="',
  "back\\slash",
  "\\\\",
  "two\nlines",
  "开普勒 🚀",
  ".*",
  "a|b",
  "$1 {{x}} `tick` 'single'",
  "\u2028",
];

const START = 1_700_000_007_000;
const MINUTES = 60_000;

/**
 * An hour of two jobs, the same at every run: counters that restart, gauges that fall silent with their job for longer
 * than the lookback, histograms, special values. One interval is uneven, as real ones are.
 */
export function syntheticHistory(): History {
  const random = randomFrom(7);
  const scrapes: Scrape[] = [];
  const counters = new Map<string, number>();
  const grow = (key: string, most: number): number => {
    // A restart, now and then.
    const value = (random() < 0.01 ? 0 : (counters.get(key) ?? 0)) + Math.floor(random() * most);
    counters.set(key, value);
    return value;
  };
  for (let at = START; at < START + 60 * MINUTES; at += 15_000) {
    const jitter = Math.floor(random() * 300);
    const silent = at > START + 30 * MINUTES && at < START + 38 * MINUTES;
    if (!silent)
      scrapes.push({ job: "web", instance: "a:80", at: at + jitter, families: webFamilies(random, grow, at) });
    if (at % 30_000 < 15_000)
      scrapes.push({ job: "node", instance: "n:9100", at: at + 7000, families: nodeFamilies(random) });
  }
  const end = START + 60 * MINUTES;
  return { scrapes, start: START, end, moments: [3, 29, 34, 45, 59.5, 70].map((minute) => START + minute * MINUTES) };
}

const samples = (name: string, all: [Labels, number][]): Sample[] =>
  all.map(([labels, value]) => ({ name, labels, value }));
const gauge = (name: string, all: [Labels, number][]): Family => ({
  name,
  type: "gauge",
  help: "",
  samples: samples(name, all),
});

function webFamilies(random: () => number, grow: (key: string, most: number) => number, at: number): Family[] {
  const pods = ["web-1", "web-2", "web-3"];
  const requests = pods.flatMap((pod) =>
    ["200", "404", "503"].map((code): [Labels, number] => [
      { pod, code, path: code === "404" ? "/x" : "/" },
      grow(pod + code, 30),
    ]),
  );
  const buckets = pods.flatMap((pod) => {
    const [low, middle, high] = [grow(`${pod}b1`, 5), grow(`${pod}b2`, 9), grow(`${pod}b3`, 3)];
    const counts: [string, number][] = [
      ["0.1", low],
      ["0.5", low + middle],
      ["2.5", low + middle],
      ["+Inf", low + middle + high],
    ];
    return counts.map(([le, value]): [Labels, number] => [{ pod, le }, value]);
  });
  return [
    gauge("requests_total", requests),
    gauge("latency_seconds_bucket", buckets),
    gauge(
      "memory_bytes",
      pods.map((pod, index) => [{ pod }, 1e9 * (index + 1) + random() * 1e8]),
    ),
    gauge(
      "limit_bytes",
      pods.slice(0, 2).map((pod) => [{ pod, tier: `t${pod.at(-1)}` }, 2e9]),
    ),
    gauge("temperature", [
      [{ room: "a" }, Math.sin(at / 1e5) * 20],
      [{ room: "b" }, -5.5],
      [{ room: "a.b" }, 0],
    ]),
    gauge("odd", [
      [{ is: "nan" }, NaN],
      [{ is: "inf" }, Infinity],
      [{ is: "tiny" }, 1.5e-9],
      [{ is: "huge" }, 1.25e22],
    ]),
    gauge(
      "named",
      HOSTILE_NAMES.map((name, index) => [{ name }, index]),
    ),
    gauge("up", [[{}, 1]]),
  ];
}

const nodeFamilies = (random: () => number): Family[] => [
  gauge("load", [
    [{ cpu: "0" }, random()],
    [{ cpu: "1" }, random() * 2],
  ]),
  gauge("node_info", [[{ version: "1.30", zone: "a" }, 1]]),
  gauge("up", [[{}, 1]]),
];

/** The same samples as a file that promtool makes blocks of. */
export function openMetrics({ scrapes }: History): string {
  const lines = scrapes.flatMap(({ job, instance, at, families }) =>
    families.flatMap(({ samples: all }) =>
      all.map(({ name, labels, value }) => {
        const pairs = Object.entries({ ...labels, job, instance }).map(
          ([key, text]) => `${key}=${JSON.stringify(text)}`,
        );
        return { name, line: `${name}{${pairs.join(",")}} ${formatNumber(value)} ${at / 1000}` };
      }),
    ),
  );
  const byName = Map.groupBy(lines, ({ name }) => name);
  return `${[...byName.values()].flatMap((all) => all.map(({ line }) => line)).join("\n")}\n# EOF\n`;
}

/** A small linear congruential generator: the same numbers at every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
