import { z } from "zod";
import { appView, createAppResult } from "#lib/apps/schema";
import { type AppSettings, DEFAULT_STRATEGY } from "#lib/apps/spec-schema";
import { createBuildResult, listBuildsResult } from "#lib/builds/schema";
import { environmentView } from "#lib/clusters/schema";
import {
  createReleaseResult,
  listReleasesResult,
  type ReleaseIntent,
  releasePreview,
  releaseView,
} from "#lib/releases/schema";
import { listRetirementsResult, retireResult } from "#lib/retire/schema";
import { serviceInput } from "../bench/service-input.ts";
import { type Session } from "../bench/session.ts";
import { saveSets } from "./config-shots.ts";

const LONG_NAME = "payment-channel-unionpay-adapter-asia-01";
const CHINESE = "银联支付渠道适配器（亚太地区，含跨境清算与对账），名称特意写得很长";
const SLOW_BRANCH = "slow-build";
const LOOK_EVERY_MS = 250;
const PATIENCE_MS = 180_000;

/** Where each picture finds the state that it shows. */
export type Stage = {
  running: string;
  brokenBuild: string;
  failingPods: string;
  rollingOut: string;
  longName: string;
  buildRunning: string;
  buildDone: string;
  buildFailed: string;
  releaseDone: string;
  releaseFailed: string;
  releaseRolling: string;
  compare: string;
  retirement: string;
};

type Gitlab = { url: string; token: string };

/** Brings the sandbox's samples into every state that a page can show; what is there already stays as it is. */
export async function setTheStage(session: Session, gitlab: Gitlab): Promise<Stage> {
  const steady = { readinessProbe: null };
  await create(session, { name: "node-hello", sample: "node-hello", settings: steady });
  await create(session, { name: "broken-build", sample: "broken-build" });
  await create(session, {
    name: "notification-dispatcher-wechat-work",
    sample: "node-hello",
    settings: {
      ...steady,
      command: ["node", "-e", "console.error('Error: missing key WECOM_CORP_SECRET in config'); process.exit(1)"],
      strategy: { ...DEFAULT_STRATEGY, progressDeadlineSeconds: 15 },
    },
  });
  await create(session, {
    name: "ledger-snapshot-exporter",
    sample: "node-hello",
    settings: {
      readinessProbe: { path: "/no-such-page", port: 8080, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 },
      strategy: { ...DEFAULT_STRATEGY, progressDeadlineSeconds: 3600 },
    },
  });
  await create(session, {
    name: LONG_NAME,
    sample: "node-hello",
    displayName: CHINESE,
    settings: { ...steady, replicas: 2 },
  });

  await releasedAs(session, "node-hello", "dev", 1);
  if ((await releases(session, "node-hello", "dev"))[0]?.number === 1) {
    await build(session, "node-hello", "main", 2);
    await release(session, "node-hello", "dev", { kind: "deploy" }, "Greet politely before the holidays");
    await releasedAs(session, "node-hello", "dev", 2);
    await release(session, "node-hello", "dev", { kind: "scale", replicas: 5 }, "Peak after 11.11");
    await releasedAs(session, "node-hello", "dev", 3);
  }
  const dev = (await environmentsOf(session)).find(({ name }) => name === "dev");
  if (dev) await saveSets(session, "node-hello", dev);
  await releasedAs(session, LONG_NAME, "dev", 1);
  for (const environment of ["test", "prod"]) {
    if ((await releases(session, LONG_NAME, environment)).length > 0) continue;
    await release(session, LONG_NAME, environment, { kind: "deploy" }, null);
    await releasedAs(session, LONG_NAME, environment, 1);
  }
  const failed = await until(async () =>
    (await releases(session, "notification-dispatcher-wechat-work", "dev")).find(({ state }) => state === "failed"),
  );
  // Of an earlier day's stage it may be over by now: then its end is what the picture shows.
  const rolling = await until(async () =>
    (await releases(session, "ledger-snapshot-exporter", "dev")).find(({ state }) =>
      ["rolling_out", "failed", "done", "aborted"].includes(state),
    ),
  );
  const brokenBuilds = await until(async () => {
    const rows = await builds(session, "broken-build");
    return rows.some(({ state }) => state === "failed") ? rows : undefined;
  });
  const buildRunning = await slowBuild(session, gitlab);
  const done = (await builds(session, "node-hello")).find(({ state }) => state === "succeeded");
  const [newest, , oldest] = await releases(session, "node-hello", "dev");
  return {
    running: "node-hello",
    brokenBuild: "broken-build",
    failingPods: "notification-dispatcher-wechat-work",
    rollingOut: "ledger-snapshot-exporter",
    longName: LONG_NAME,
    buildRunning,
    buildDone: done?.id ?? "",
    buildFailed: brokenBuilds[0]?.id ?? "",
    releaseDone: newest?.id ?? "",
    releaseFailed: failed.id,
    releaseRolling: rolling.id,
    compare: [oldest?.id, newest?.id].join(","),
    retirement: await retired(session, "greeter-of-last-year"),
  };
}

type Wanted = Parameters<typeof serviceInput>[1];

/** A service as the wizard would make it; nothing when there is one of this name. */
async function create(session: Session, wanted: Wanted): Promise<void> {
  const { free } = await session.get(`/api/apps/check-name?name=${wanted.name}`, z.object({ free: z.boolean() }));
  if (free) await session.post("/api/apps", await serviceInput(session, wanted), createAppResult);
}

async function environmentsOf(session: Session) {
  return (await session.get("/api/environments", z.object({ rows: z.array(environmentView) }))).rows;
}

const releases = async (session: Session, app: string, environment: string) =>
  (await session.get(`/api/apps/${app}/releases?environment=${environment}`, listReleasesResult)).rows;
const builds = async (session: Session, app: string) =>
  (await session.get(`/api/apps/${app}/builds`, listBuildsResult)).rows;

const releasedAs = (session: Session, app: string, environment: string, number: number) =>
  until(async () =>
    (await releases(session, app, environment)).find((row) => row.number >= number && row.state === "done"),
  );

async function build(session: Session, app: string, ref: string, number: number): Promise<void> {
  const input = { ref, refKind: "branch", idempotencyKey: crypto.randomUUID() };
  await session.post(`/api/apps/${app}/builds`, input, createBuildResult);
  await until(async () =>
    (await builds(session, app)).find((row) => row.number === number && row.state === "succeeded"),
  );
}

/** The retirement of a service that ran, once nothing of it is left. */
async function retired(session: Session, name: string): Promise<string> {
  const find = async () =>
    (await session.get(`/api/retirements?q=${name}`, listRetirementsResult)).rows.find(({ state }) => state === "done");
  const already = await find();
  if (already) return already.id;
  await create(session, { name, sample: "node-hello", settings: { readinessProbe: null } });
  await releasedAs(session, name, "dev", 1);
  const input = { name, reason: "Replaced by the greeter of this year", keep: { volumes: false, images: false } };
  await session.post(`/api/apps/${name}/retirement`, input, retireResult);
  return (await until(find)).id;
}

type Change = { kind: "deploy" } | { kind: "scale"; replicas: number };

async function release(session: Session, app: string, environment: string, change: Change, reason: string | null) {
  const place = (await environmentsOf(session)).find(({ name }) => name === environment);
  const newestBuild = (await builds(session, app)).find(({ state }) => state === "succeeded");
  if (!place || !newestBuild) throw new Error(`${app} has no build, or there is no ${environment}`);
  const base = { environmentId: place.id, buildId: null, settings: null, restoresNumber: null };
  const intent: ReleaseIntent =
    change.kind === "deploy"
      ? { ...base, kind: "deploy", buildId: newestBuild.id }
      : {
          ...base,
          kind: "scale",
          settings: { ...(await settingsOf(session, app, environment)), replicas: change.replicas },
        };
  const preview = await session.post(`/api/apps/${app}/releases/preview`, intent, releasePreview);
  const input = { ...intent, reason, expectedCurrent: preview.current, idempotencyKey: crypto.randomUUID() };
  await session.post(`/api/apps/${app}/releases`, input, createReleaseResult);
}

async function settingsOf(session: Session, app: string, environment: string): Promise<AppSettings> {
  const newest = (await releases(session, app, environment))[0];
  const { image: _, ...settings } = (await session.get(`/api/releases/${newest?.id}`, releaseView)).spec;
  return settings;
}

/** A build that goes on for as long as the pictures take: its Dockerfile waits on a branch of its own. */
async function slowBuild(session: Session, gitlab: Gitlab): Promise<string> {
  const isOn = async () => (await builds(session, "node-hello")).find(({ state }) => state === "running")?.id;
  const already = await isOn();
  if (already !== undefined) return already;
  const app = await session.get("/api/apps/node-hello", appView);
  const dockerfile = ["FROM node:24-alpine", "WORKDIR /app", "COPY . .", "RUN sleep 1500", 'CMD ["node", "server.js"]'];
  await fetch(`${gitlab.url}/api/v4/projects/${app.gitlabProjectId}/repository/commits`, {
    method: "POST",
    headers: { "private-token": gitlab.token, "content-type": "application/json" },
    body: JSON.stringify({
      branch: SLOW_BRANCH,
      start_branch: "main",
      commit_message: "Wait for the warehouse 等待数据仓库就绪后再构建",
      actions: [{ action: "update", file_path: "Dockerfile", content: `${dockerfile.join("\n")}\n` }],
    }),
  });
  const input = { ref: SLOW_BRANCH, refKind: "branch", idempotencyKey: crypto.randomUUID() };
  await session.post("/api/apps/node-hello/builds", input, createBuildResult);
  return until(isOn);
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error("the stage could not be set: a state did not come about");
    await new Promise((tick) => setTimeout(tick, LOOK_EVERY_MS));
  }
}
