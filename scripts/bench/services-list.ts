import { Client } from "pg";
import { APP_SORTS, listAppsResult } from "#lib/apps/schema";
import { durations, type Figure, percentile } from "./figures.ts";
import { bareNextKilobytes, firstLoadKilobytes } from "./first-load.ts";
import { type Product } from "./product.ts";
import { type Session } from "./session.ts";

const TIMES = 100;
const LIMIT_MS = 100;
const LIMIT_KB = 230;

/** What the services page asks a browser to load before anything is clicked. */
export async function measureFirstLoad(product: Product, session: Session): Promise<Figure[]> {
  const value = await firstLoadKilobytes(`${product.url}/services`, session.cookie);
  const baseline = { name: "a bare Next page", value: await bareNextKilobytes() };
  return [{ name: "first load of /services, JavaScript (gzip)", value, unit: "kB", limit: LIMIT_KB, baseline }];
}

/** Server time of the list in every order, over loopback, one request after another. */
export async function measureServicesList(product: Product, session: Session, services: number): Promise<Figure[]> {
  const health = await durations(TIMES, () => session.fetch("/api/health").then((answer) => answer.text()));
  const count = await countDurations(product.databaseUrl);
  const figures: Figure[] = [];
  for (const sort of APP_SORTS) {
    const path = `/api/apps?sort=${sort}&pageSize=50`;
    const { total, rows } = await session.get(path, listAppsResult);
    if (total < services || rows.length !== 50) throw new Error(`${path}: ${rows.length} rows of ${total}`);
    const times = await durations(TIMES, () => session.fetch(path).then((answer) => answer.text()));
    figures.push(
      ...percentiles(`GET /api/apps by ${sort}, 50 of ${total}`, times, { name: "GET /api/health", times: health }),
    );
  }
  const page = await durations(TIMES, () => session.fetch("/services").then((answer) => answer.text()));
  return [
    ...figures,
    ...percentiles("GET /services, the page's HTML", page, { name: "select count(*) from apps", times: count }),
  ];
}

async function countDurations(databaseUrl: string): Promise<number[]> {
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    return await durations(TIMES, () => database.query("select count(*) from apps"));
  } finally {
    await database.end();
  }
}

type Baseline = { name: string; times: number[] };

const percentiles = (name: string, times: number[], baseline: Baseline): Figure[] => [
  figure(`${name}, p50`, percentile(times, 0.5), { name: baseline.name, value: percentile(baseline.times, 0.5) }),
  {
    ...figure(`${name}, p95`, percentile(times, 0.95), {
      name: baseline.name,
      value: percentile(baseline.times, 0.95),
    }),
    limit: LIMIT_MS,
  },
];

const figure = (name: string, value: number, baseline: Figure["baseline"]): Figure => ({
  name,
  value,
  unit: "ms",
  ...(baseline && { baseline }),
});
