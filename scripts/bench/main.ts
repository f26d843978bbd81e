/**
 * `npm run bench`: what a person waits for, measured on the whole product in a temporary home, each figure beside its
 * limit and a baseline of this machine. With `--strict` a broken limit is a failure: for a quiet machine.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureCreation } from "./create-service.ts";
import { type Figure, isOver, print } from "./figures.ts";
import { measureLiveLog } from "./live-log.ts";
import { measureManyReleases } from "./many-releases.ts";
import { type Product, startProduct } from "./product.ts";
import { measureReleases } from "./releases.ts";
import { measureSandbox } from "./sandbox.ts";
import { seedServices } from "./seed-services.ts";
import { measureFirstLoad, measureServicesList } from "./services-list.ts";
import { signIn } from "./session.ts";
import { measureTerminalEcho } from "./terminal-echo.ts";

const SERVICES = 1_000;
const RELEASES_AT_ONCE = 200;
const READY_LIMIT_S = 8;

async function measureAll(home: string): Promise<Figure[]> {
  const { app, figures: created } = await withProduct(home, "the first start", async (product) =>
    measureCreation(product, await signIn(product)),
  );
  return withProduct(home, "the second start", async (product) => {
    const ready: Figure = {
      name: "second start → ready",
      value: product.readyMs / 1000,
      unit: "s",
      limit: READY_LIMIT_S,
    };
    const session = await signIn(product);
    const echo = await measureTerminalEcho(product, session, app);
    const log = await measureLiveLog(product, session, app);
    const releases = [
      ...(await measureReleases(product, session, app)),
      ...(await measureManyReleases(product, session, app, RELEASES_AT_ONCE)),
    ];
    await seedServices(product.databaseUrl, SERVICES);
    const list = await measureServicesList(product, session, SERVICES);
    const load = await measureFirstLoad(product, session);
    return [...load, ...list, ...releases, ...log, ...echo, ready, ...created];
  });
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

const { values } = parseArgs({ options: { strict: { type: "boolean" } } });
const home = await mkdtemp(join(tmpdir(), "kepler-bench-"));
try {
  const figures = [...(await measureAll(home)), ...(await measureSandbox())];
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
