import { request } from "node:http";
import { appView, createAppResult } from "#lib/apps/schema";
import { listBuildsResult } from "#lib/builds/schema";
import { type Figure } from "./figures.ts";
import { type Product } from "./product.ts";
import { serviceInput } from "./service-input.ts";
import { type Session } from "./session.ts";

const NAME = "bench-node";
const LIMIT_S = 30;
const LOOK_EVERY_MS = 100;

/** The Node.js sample from the wizard's last click to its own HTTP answer; beside it how much of that is Jenkins' build. */
export async function measureCreation(product: Product, session: Session): Promise<{ app: string; figures: Figure[] }> {
  const input = await serviceInput(session, { name: NAME, sample: "node-hello" });
  const startedAt = performance.now();
  await session.post("/api/apps", input, createAppResult);
  const elapsedS = () => (performance.now() - startedAt) / 1000;
  await until(() => isRunning(session), elapsedS);
  const host = input.settings.exposure?.routes[0]?.host ?? "";
  await until(() => answers(product.edge.url, host), elapsedS);
  const value = elapsedS();
  const baseline = { name: "of it Jenkins' own build", value: await buildSeconds(session) };
  return {
    app: NAME,
    figures: [
      { name: "create the Node.js sample → running and answering", value, unit: "s", limit: LIMIT_S, baseline },
    ],
  };
}

async function isRunning(session: Session): Promise<boolean> {
  const app = await session.get(`/api/apps/${NAME}`, appView);
  if (app.provisionState === "failed") throw new Error(`provision failed: ${app.provisionError?.message}`);
  const health = app.environments[0]?.health;
  if (health === "failed" || app.lastBuild?.state === "failed") throw new Error(`${NAME}: build or release failed`);
  return health === "running";
}

/** Through the cluster's edge, as a browser would; names below localhost are not resolved everywhere. */
function answers(edgeUrl: string, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(edgeUrl, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.once("error", () => resolve(false)).end();
  });
}

async function until(condition: () => Promise<boolean>, elapsedS: () => number): Promise<void> {
  while (!(await condition())) {
    if (elapsedS() > 10 * LIMIT_S) throw new Error(`${NAME} is not there after ${elapsedS().toFixed(0)} s`);
    await new Promise((tick) => setTimeout(tick, LOOK_EVERY_MS));
  }
}

async function buildSeconds(session: Session): Promise<number> {
  const { rows } = await session.get(`/api/apps/${NAME}/builds`, listBuildsResult);
  const { startedAt, endedAt } = rows[0] ?? {};
  return startedAt && endedAt ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : Number.NaN;
}
