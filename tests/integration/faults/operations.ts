import { randomUUID } from "node:crypto";
import { type AppSettings, appSettings } from "#lib/apps/spec-schema";
import { isTerminalBuild } from "#lib/builds/build-rules";
import { requestBuild } from "#lib/builds/request-build";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { listSystems } from "#lib/clusters/queries";
import { type Db } from "#lib/platform/db";
import { type Queue } from "#lib/platform/queue";
import { createRelease } from "#lib/releases/create-release";
import { isTerminal } from "#lib/releases/release-rules";
import { type CreateReleaseInput } from "#lib/releases/schema";
import { type TestService } from "#tests/world/service";
import { waitFor } from "#tests/world/wait-for";

const SETTLES_WITHIN_MS = 90_000;

type Parts = { db: Db; gitlab: Gitlab; enqueue: Queue["enqueue"] };

/** What a person asks for, by the product's own use cases; the worker has yet to do it. Each answers with an id. */
export const asking = ({ db, gitlab, enqueue }: Parts) => ({
  async build({ appId, userId }: TestService): Promise<string> {
    const input = { ref: "main", refKind: "branch", idempotencyKey: randomUUID() } as const;
    return (await requestBuild({ db, gitlab, enqueue }, appId, userId, input)).buildId;
  },

  async release(
    { appId, userId, environmentId }: TestService,
    change: Partial<AppSettings>,
    kind: CreateReleaseInput["kind"] = "configure",
  ): Promise<string> {
    const [draft, current] = await Promise.all([
      db.appSpecDraft.findFirstOrThrow({ where: { appId, environmentId } }),
      db.release.findFirst({ where: { appId, state: "done" }, orderBy: { number: "desc" } }),
    ]);
    const settings = { ...appSettings.parse(draft.spec), ...change };
    const input = {
      ...{ environmentId, kind, settings, buildId: null, restoresNumber: null, reason: null },
      ...{ expectedCurrent: current?.number ?? null, idempotencyKey: randomUUID() },
    };
    return (await createRelease(appId, userId, input, { db, enqueue, now: () => new Date() })).releaseId;
  },
});

export const reading = (db: Db) => ({
  app: (id: string) => db.app.findUniqueOrThrow({ where: { id }, include: { provisionSteps: true, ledger: true } }),
  build: (id: string) => db.build.findUniqueOrThrow({ where: { id }, include: { steps: true } }),
  release: (id: string) => db.release.findUniqueOrThrow({ where: { id }, include: { steps: true } }),
  /** As GET /api/systems shows it, by its name or the head of its key. */
  async system(name: string) {
    const found = (await listSystems(db)).find((one) => one.name === name || one.key.startsWith(name));
    if (!found) throw new Error(`no system ${name}`);
    return found;
  },
});

/** Waits for what the worker makes of it. */
export function waiting(read: ReturnType<typeof reading>) {
  const over = <Row>(what: string, look: () => Promise<Row>, isOver: (row: Row) => boolean) =>
    waitFor(
      what,
      async () => {
        const row = await look();
        return isOver(row) ? { row } : null;
      },
      SETTLES_WITHIN_MS,
    ).then(({ row }) => row);

  return {
    provisioned: (id: string) =>
      over(
        "the provision to end",
        () => read.app(id),
        ({ provisionState }) => /ready|failed/.test(provisionState),
      ),
    built: (id: string) =>
      over(
        "the build to end",
        () => read.build(id),
        ({ state }) => isTerminalBuild(state),
      ),
    released: (id: string) =>
      over(
        "the release to end",
        () => read.release(id),
        ({ state }) => isTerminal(state),
      ),
    /** A step of the operation says what is wrong, while it goes on waiting. */
    troubled: <Step extends { error: unknown }>(look: () => Promise<{ steps: Step[] }>) =>
      waitFor(
        "a step that says what is wrong",
        async () => (await look()).steps.find((step) => step.error !== null),
        SETTLES_WITHIN_MS,
      ),
    system: (name: string, state: "up" | "down") =>
      over(
        `${name} to be ${state}`,
        () => read.system(name),
        (system) => system.state === state,
      ),
  };
}
