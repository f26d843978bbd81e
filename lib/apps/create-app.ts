import "server-only";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { randomSecret, seal } from "#lib/platform/crypto";
import { type Db, isUniqueViolation, type Tx } from "#lib/platform/db";
import { Conflict, fromPublicError, Invalid, NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type Queue } from "#lib/platform/queue";
import { nameTaken } from "./name-taken.ts";
import { imageRepositoryFor, nameProblem } from "./naming-rules.ts";
import { provisionJob } from "./provision-job.ts";
import { type CreateAppInput, PROVISION_STEPS } from "./schema.ts";
import { domainsOf, outsideError } from "./spec/domain-rules.ts";

export type FirstBuild = {
  appId: string;
  ref: string;
  refKind: "branch" | "tag";
  commit: { sha: string; title: string; authorName: string };
  trigger: "create";
  requestedById: string;
  idempotencyKey: string;
};

export type CreateAppWorld = {
  db: Db;
  gitlab: Gitlab;
  enqueue: Queue["enqueue"];
  registryUrl: string;
  /** Requests the first build in the same transaction: builds stand above apps, so the way to them comes in from outside. */
  requestFirstBuild(tx: Tx, build: FirstBuild): Promise<unknown>;
};

/**
 * Creates a service in one transaction: its row, the settings of its first release, the steps that set it up and its
 * first build, all of which the worker then makes true. The same idempotency key answers with the same service.
 * Throws Invalid or Conflict with the fields that are wrong or taken, and what GitLab's client throws.
 */
export async function createApp(world: CreateAppWorld, actorId: string, input: CreateAppInput) {
  const before = await createdBefore(world.db, input);
  if (before) return before;
  const problem = nameProblem(input.name);
  if (problem) throw new Invalid("Some values are not accepted.", { fields: [{ path: "name", message: problem }] });
  await checkPlace(world.db, input);
  const { project, commit } = await readRepository(world.gitlab, input);
  try {
    return await world.db.$transaction(async (tx) => {
      if ((await nameTaken(tx, input.name)) === "name.kept") throw nameKept(input.name);
      const app = await insertApp(world, tx, actorId, input, project);
      const { ref, refKind } = input;
      await world.requestFirstBuild(tx, {
        appId: app.id,
        ref,
        refKind,
        commit,
        trigger: "create",
        requestedById: actorId,
        idempotencyKey: firstBuildKey(input),
      });
      // The draft may be gone already, or be somebody else's: then it stays.
      if (input.draftId) await tx.appDraft.deleteMany({ where: { id: input.draftId, userId: actorId } });
      await world.enqueue(tx, provisionJob, app.id);
      await publish(tx, { kind: "app", subjectId: app.id, teamId: input.teamId, appId: app.id });
      return { appId: app.id, name: input.name };
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const first = await createdBefore(world.db, input);
    if (first) return first;
    throw new Conflict("This name is taken.", { fields: [{ path: "name", message: "name.taken" }], cause: error });
  }
}

const nameKept = (name: string): Conflict =>
  new Conflict(`A retired service ${name} left volumes or images under this name.`, {
    fields: [{ path: "name", message: "name.kept" }],
    next: "Choose another name, or have what it kept removed first (Services, Retired).",
  });

/** The first build carries the wizard's key, so a repeated submit finds the service that the first one made. */
const firstBuildKey = (input: CreateAppInput): string => `create:${input.idempotencyKey}`;

async function createdBefore(db: Db, input: CreateAppInput): Promise<{ appId: string; name: string } | null> {
  const app = await db.app.findFirst({
    where: {
      name: input.name,
      teamId: input.teamId,
      retiredAt: null,
      builds: { some: { idempotencyKey: firstBuildKey(input) } },
    },
    select: { id: true },
  });
  return app && { appId: app.id, name: input.name };
}

async function checkPlace(db: Db, input: CreateAppInput): Promise<void> {
  const [team, environment] = await Promise.all([
    db.team.findUnique({ where: { id: input.teamId }, select: { id: true } }),
    db.environment.findUnique({
      where: { id: input.environmentId },
      select: { name: true, domain: true, tlsSecret: true, domains: true },
    }),
  ]);
  if (!team) throw wrong("teamId", "There is no such team.");
  if (!environment) throw wrong("environmentId", "There is no such environment.");
  const place = { name: environment.name, domains: domainsOf(environment) };
  const outside = outsideError(null, input.settings.exposure, place);
  if (outside) throw fromPublicError(outside);
}

async function readRepository(gitlab: Gitlab, input: CreateAppInput) {
  const { gitlabProjectId, ref, refKind } = input;
  const project = await orWrong(
    gitlab.getProject(gitlabProjectId),
    "gitlabProjectId",
    "GitLab has no such repository.",
  );
  if (project.archived) throw wrong("gitlabProjectId", `${project.path} is archived.`);
  if (project.empty) throw wrong("gitlabProjectId", `${project.path} is empty.`);
  const missing = `${project.path} has no ${refKind} ${ref}.`;
  return { project, commit: await orWrong(gitlab.resolveRef(gitlabProjectId, ref, refKind), "ref", missing) };
}

const insertApp = (
  world: CreateAppWorld,
  tx: Tx,
  actorId: string,
  input: CreateAppInput,
  project: { path: string; httpUrl: string },
) =>
  tx.app.create({
    select: { id: true },
    data: {
      teamId: input.teamId,
      name: input.name,
      displayName: input.displayName,
      language: input.language,
      gitlabProjectId: input.gitlabProjectId,
      gitlabProjectPath: project.path,
      repositoryUrl: project.httpUrl,
      defaultRef: input.ref,
      dockerfilePath: input.dockerfilePath,
      buildStrategy: input.buildStrategy,
      buildOnPush: input.buildOnPush,
      imageRepository: imageRepositoryFor(world.registryUrl, input.name),
      webhookSecret: seal(randomSecret()),
      callbackSecret: seal(randomSecret()),
      createdById: actorId,
      provisionSteps: { create: PROVISION_STEPS.map((name, position) => ({ name, position })) },
      specDrafts: { create: { environmentId: input.environmentId, spec: input.settings } },
    },
  });

const wrong = (path: string, message: string): Invalid => new Invalid(message, { fields: [{ path, message }] });

async function orWrong<T>(answer: Promise<T>, path: string, message: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NotFound) throw wrong(path, message);
    throw error;
  }
}
