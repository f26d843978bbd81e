import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppSettings, appSettings, DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP } from "#lib/apps/spec-schema";
import { type Db } from "#lib/platform/db";
import { isTerminal } from "#lib/releases/release-rules";
import { type World } from "#tests/world/sandbox";
import { wishForService } from "#tests/world/service";
import { waitFor } from "#tests/world/wait-for";
import { type RunningWorker, startWorker } from "#tests/world/worker";
import { type Client, directClient } from "./clients.ts";
import { inTurn } from "./in-turn.ts";
import { KillPoints } from "./kill-points.ts";
import { stateOf } from "./world-state.ts";

export type Systems = World<"gitlab" | "jenkins" | "registry" | "kubernetes">;

/** What one walk has for itself: a database, a home, and what is killed. */
export type Ground = {
  world: Systems;
  db: Db;
  databaseUrl: string;
  home: string;
  points: KillPoints;
  /** Where hooks and callbacks go; nowhere if not given. */
  keplerUrl?: string;
  /** Of what is killed; the worker itself if not given. */
  pidFile?: string;
  client?: (userId: string) => Promise<Client>;
};

const SETTLED_WITHIN_MS = 400_000;
/** Many walks wait side by side, and each look costs a query. */
const LOOK_EVERY_MS = 300;
const ANSWERED_WITHIN_MS = 120_000;

/** A home and a worker's kill points in it, for as long as `use` takes. */
export async function withHome<T>(use: (home: string, points: KillPoints) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), "kepler-kill-"));
  try {
    return await use(home, new KillPoints(join(home, "kill-points")));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

export type Walk = {
  appId: string;
  userId: string;
  environmentId: string;
  branch: string;
  client: Client;
  worker: RunningWorker;
};

/**
 * The whole path of a service: provision, first build, first release, and a second one that adds and removes objects.
 * `then` goes on from there while the worker runs.
 */
export async function walk<T>(ground: Ground, then: (walk: Walk) => Promise<T>): Promise<T> {
  const { db } = ground;
  const begun = await inTurn(() => begin(ground));
  const { appId, environmentId, client, worker } = begun;
  try {
    await released(db, appId, 1);
    const idempotencyKey = randomUUID();
    const settings = await changed(db, appId, { exposure: null, files: [], autoscaling: AS_IT_IS });
    await untilAnswered(() =>
      client.release(appId, {
        ...{ environmentId, kind: "configure", settings, buildId: null, restoresNumber: null },
        ...{ reason: null, expectedCurrent: 1, idempotencyKey },
      }),
    );
    await released(db, appId, 2);
    return await then(begun);
  } finally {
    await worker.stop();
    await client.close().catch(() => undefined);
  }
}

/** A service on a branch of its own has been asked for, and the worker has come as far as the first point. */
async function begin(ground: Ground): Promise<Walk> {
  const { db, world, databaseUrl, points } = ground;
  const branch = `walk-${randomUUID().slice(0, 8)}`;
  await commit(world, branch, { VERSION: "1.0.0\n" });
  const { userId, input } = await wishForService(db, world, { change: { ref: branch }, settings: begins(branch) });
  const { environmentId } = input;
  // A namespace of its own, because only the first release into one makes it.
  await db.environment.update({ where: { id: environmentId }, data: { namespace: `kepler-${branch}` } });
  const client = await (ground.client?.(userId) ?? directClient({ db, databaseUrl, userId, world }));
  const { appId } = await untilAnswered(() => client.createApp(input));
  const worker = startWorkerOn(ground);
  await waitFor("the worker to begin", () => points.passed().length > 0, ANSWERED_WITHIN_MS);
  return { appId, userId, environmentId, branch, client, worker };
}

/** The state at the end of an undisturbed path, or of one with kills on it. */
export const walkToTheEnd = (ground: Ground) =>
  walk(ground, async ({ appId }) => {
    // What is killed at the very last point has to come back before the world is at rest.
    await waitFor("every armed point to be met", () => ground.points.isDone());
    return untilAnswered(() => stateOf({ ...ground, appId }));
  });

const startWorkerOn = ({ home, databaseUrl, world, points, keplerUrl, pidFile }: Ground): RunningWorker =>
  startWorker({
    home,
    databaseUrl,
    world,
    env: {
      LOG_LEVEL: "warn",
      KEPLER_KILL_POINTS: points.folder,
      ...(keplerUrl && { KEPLER_URL: keplerUrl }),
      ...(pidFile && { KEPLER_KILL_PID_FILE: pidFile }),
    },
  });

/** An autoscaler that moves nothing: where every walk ends does not hang on when it looked. */
const AS_IT_IS: AppSettings["autoscaling"] = {
  minReplicas: 2,
  maxReplicas: 2,
  cpuPercent: 100,
  memoryPercent: null,
  scaleUp: DEFAULT_SCALE_UP,
  scaleDown: DEFAULT_SCALE_DOWN,
};

const begins = (host: string): Partial<AppSettings> => ({
  replicas: 2,
  files: [{ path: "/etc/walk.conf", content: "first", mode: "0644" }],
  exposure: {
    gatewayClass: "ingress",
    routes: [{ host: `${host}.dev.localhost`, path: "/", pathType: "prefix", port: 8080 }],
  },
});

export async function changed(db: Db, appId: string, change: Partial<AppSettings>): Promise<AppSettings> {
  const draft = await untilAnswered(() => db.appSpecDraft.findFirstOrThrow({ where: { appId } }));
  return { ...appSettings.parse(draft.spec), ...change };
}

/** A client whose server is being killed asks again, with the same key. */
export function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  let last: unknown;
  return waitFor(
    "an answer",
    async () => {
      try {
        return { answer: await ask() };
      } catch (error) {
        last = error;
        return undefined;
      }
    },
    ANSWERED_WITHIN_MS,
    LOOK_EVERY_MS,
  ).then(
    ({ answer }) => answer,
    (late: unknown) => Promise.reject(new Error(String(late), { cause: last })),
  );
}

export const released = (db: Db, appId: string, number: number) =>
  waitFor(
    `release ${number} to end`,
    async () => {
      const where = { appId, number };
      const release = await db.release.findFirst({ where, select: { state: true } }).catch(() => null);
      return release !== null && isTerminal(release.state);
    },
    SETTLED_WITHIN_MS,
    LOOK_EVERY_MS,
  );

/** A commit on the sample's branch of this name, made from `main` if there is none (https://docs.gitlab.com/api/commits/). */
export async function commit({ gitlab }: Systems, branch: string, files: Record<string, string>): Promise<string> {
  const project = encodeURIComponent("samples/node-hello");
  const headers = { "private-token": gitlab.token, "content-type": "application/json" };
  const there = await fetch(`${gitlab.url}/api/v4/projects/${project}/repository/branches/${branch}`, { headers });
  const actions = Object.entries(files).map(([file_path, content]) => ({ action: "update", file_path, content }));
  const answer = await fetch(`${gitlab.url}/api/v4/projects/${project}/repository/commits`, {
    method: "POST",
    headers,
    body: JSON.stringify({
      ...{ branch, commit_message: "Change it", actions },
      ...(there.ok ? {} : { start_branch: "main" }),
    }),
  });
  const made: unknown = await answer.json();
  if (!answer.ok) throw new Error(`commit: ${answer.status} ${JSON.stringify(made)}`);
  return String(Reflect.get(Object(made), "id"));
}
