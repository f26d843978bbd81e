/**
 * `npm run bench`: what a person waits for, measured on the whole product in a temporary home, each figure beside its
 * limit and a baseline of this machine. With `--strict` a broken limit is a failure: for a quiet machine. `--only <part>`
 * (more than once, if wanted) measures a part of it: those of PARTS, and `sandbox`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureCreation } from "./create-service.ts";
import { type Figure, isOver, print } from "./figures.ts";
import { measureGateways } from "./gateways.ts";
import { measureLiveLog } from "./live-log.ts";
import { measureLivePods } from "./live-pods.ts";
import { measureLogThroughput } from "./log-throughput.ts";
import { measureManyReleases } from "./many-releases.ts";
import { type Product, startProduct } from "./product.ts";
import { measureReleases } from "./releases.ts";
import { measureSandbox } from "./sandbox.ts";
import { seedServices } from "./seed-services.ts";
import { measureFirstLoad, measureServicesList } from "./services-list.ts";
import { type Session, signIn } from "./session.ts";
import { measureTerminalEcho } from "./terminal-echo.ts";

const SERVICES = 1_000;
const RELEASES_AT_ONCE = 200;
const READY_LIMIT_S = 8;

type Measure = (product: Product, session: Session, app: string) => Promise<Figure[]>;
/** In this order: each of the later ones fills the database or the cluster more. */
const PARTS: Record<string, Measure> = {
  terminal: measureTerminalEcho,
  "live-log": measureLiveLog,
  "log-throughput": measureLogThroughput,
  releases: measureReleases,
  "many-releases": (product, session, app) => measureManyReleases(product, session, app, RELEASES_AT_ONCE),
  services: async (product, session) => {
    await seedServices(product.databaseUrl, SERVICES);
    return measureServicesList(product, session, SERVICES);
  },
  gateways: measureGateways,
  "first-load": measureFirstLoad,
  "live-pods": measureLivePods,
};

async function measureAll(home: string, wanted: (part: string) => boolean): Promise<Figure[]> {
  const { app, figures } = await withProduct(home, "the first start", async (product) =>
    measureCreation(product, await signIn(product)),
  );
  await withProduct(home, "the second start", async (product) => {
    figures.push({ name: "second start → ready", value: product.readyMs / 1000, unit: "s", limit: READY_LIMIT_S });
    const session = await signIn(product);
    for (const [name, measure] of Object.entries(PARTS)) {
      if (wanted(name)) figures.push(...(await measure(product, session, app)));
    }
  });
  return wanted("sandbox") ? [...figures, ...(await measureSandbox())] : figures;
}

async function withProduct<T>(home: string, what: string, measure: (product: Product) => Promise<T>): Promise<T> {
  console.log(`${what} …`);
  const product = await startProduct(home);
  try {
    return await measure(product);
  } finally {
    await product.stop();
  }
}

const { values } = parseArgs({ options: { strict: { type: "boolean" }, only: { type: "string", multiple: true } } });
const home = await mkdtemp(join(tmpdir(), "kepler-bench-"));
try {
  const figures = await measureAll(home, (part) => values.only?.includes(part) ?? true);
  console.log(
    `\nload ${loadavg()
      .map((load) => load.toFixed(1))
      .join(" ")} (1, 5, 15 minutes)\n`,
  );
  print(figures);
  if (values.strict && figures.some(isOver)) process.exitCode = 1;
} finally {
  await rm(home, { recursive: true, force: true });
}
