import { request } from "node:http";
import { z } from "zod";
import { appView, createAppResult, listTeamsResult, searchRepositoriesResult } from "#lib/apps/schema";
import { type AppSettings, DEFAULT_STRATEGY, RESOURCE_PRESETS, SPEC_VERSION } from "#lib/apps/spec-schema";
import { listBuildsResult } from "#lib/builds/schema";
import { environmentView } from "#lib/clusters/schema";
import { type Figure } from "./figures.ts";
import { type Product } from "./product.ts";
import { type Session } from "./session.ts";

const NAME = "bench-node";
const LIMIT_S = 30;
const LOOK_EVERY_MS = 100;

/** The Node.js sample from the wizard's last click to its own HTTP answer; beside it how much of that is Jenkins' build. */
export async function measureCreation(product: Product, session: Session): Promise<{ app: string; figures: Figure[] }> {
  const input = await createInput(session);
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

async function createInput(session: Session) {
  const { rows: teams } = await session.get("/api/teams", listTeamsResult);
  const { rows: environments } = await session.get("/api/environments", z.object({ rows: z.array(environmentView) }));
  const { rows: repositories } = await session.get("/api/repositories?q=node-hello", searchRepositoriesResult);
  const [team, environment, repository] = [teams[0], environments.find(({ name }) => name === "dev"), repositories[0]];
  if (!team || !environment || !repository) throw new Error("the sandbox has no team, environment or Node.js sample");
  return {
    teamId: team.id,
    environmentId: environment.id,
    name: NAME,
    displayName: null,
    gitlabProjectId: repository.id,
    ref: "main",
    refKind: "branch",
    language: "nodejs",
    dockerfilePath: "Dockerfile",
    buildStrategy: "dockerfile",
    buildOnPush: false,
    settings: settings(`${NAME}.${environment.domain.replace(/:\d+$/, "")}`),
    draftId: null,
    idempotencyKey: "bench-create",
  };
}

/** What the wizard proposes. */
const settings = (host: string): AppSettings => ({
  schemaVersion: SPEC_VERSION,
  replicas: 1,
  resources: RESOURCE_PRESETS.small,
  ports: [{ name: "http", port: 8080, protocol: "http" }],
  command: [],
  args: [],
  env: [],
  readinessProbe: { path: "/healthz", port: 8080, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 },
  meshMode: "normal",
  exposure: { gatewayClass: "ingress", routes: [{ host, path: "/", pathType: "prefix", port: 8080 }] },
  strategy: DEFAULT_STRATEGY,
  restartedAt: null,
});

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
