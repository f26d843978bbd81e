import "server-only";
import { imageRepositoryFor } from "#lib/apps/naming-rules";
import { randomSecret, seal } from "#lib/platform/crypto";
import { type Db, isUniqueViolation, type Tx } from "#lib/platform/db";
import { Conflict } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { createReleaseIn } from "../create-release.ts";
import { type ReleaseDeps } from "../jobs.ts";
import { type Examination, examineImport } from "./preview-import.ts";
import { type ImportDeps } from "./read-found.ts";
import { type CreateImportInput } from "./schema.ts";

export type ImportWorld = ImportDeps & Pick<ReleaseDeps, "enqueue"> & { registryUrl: string };
type Created = { appId: string; name: string; releaseId: string };

/**
 * Makes a service of a running Deployment, in one transaction: its row and its first release, which takes the workload in as it
 * stands. Nothing of the cluster is touched here, and what is read is what was previewed: Conflict otherwise. The same key
 * again answers with the first service. Throws what `readFound` throws.
 */
export async function createImport(
  world: ImportWorld,
  actorId: string,
  input: CreateImportInput,
  { signal }: { signal: AbortSignal },
): Promise<Created> {
  const before = await importedBefore(world.db, input);
  if (before) return before;
  const examined = await examineImport(input, signal, world);
  if (examined.fingerprint !== input.fingerprint) {
    throw new Conflict(`${input.name} has changed since it was looked at.`, {
      next: "Look at the new preview and confirm again.",
    });
  }
  const blocker = examined.gates.find(({ blocks }) => blocks);
  if (blocker) throw new Conflict(blocker.error.message, { next: blocker.error.next, fields: blocker.error.fields });
  try {
    return await world.db.$transaction((tx) => insert(world, tx, actorId, input, examined));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const first = await importedBefore(world.db, input);
    if (first) return first;
    throw new Conflict("This name is taken.", { fields: [{ path: "name", message: "name.taken" }], cause: error });
  }
}

async function importedBefore(db: Db, input: CreateImportInput): Promise<Created | null> {
  const { name, teamId, environmentId, idempotencyKey } = input;
  const release = await db.release.findFirst({
    where: { kind: "import", idempotencyKey, environmentId, app: { name, teamId, retiredAt: null } },
    select: { id: true, appId: true },
  });
  return release && { appId: release.appId, name, releaseId: release.id };
}

async function insert(
  world: ImportWorld,
  tx: Tx,
  actorId: string,
  { name, teamId, environmentId, reason, idempotencyKey }: CreateImportInput,
  { spec }: Examination,
): Promise<Created> {
  const app = await tx.app.create({
    select: { id: true },
    data: {
      teamId,
      name,
      language: "other",
      defaultRef: "main",
      dockerfilePath: "Dockerfile",
      buildStrategy: "dockerfile",
      buildOnPush: false,
      imageRepository: imageRepositoryFor(world.registryUrl, name),
      webhookSecret: seal(randomSecret()),
      callbackSecret: seal(randomSecret()),
      // Without a repository there is nothing to set up.
      provisionState: "ready",
      createdById: actorId,
    },
  });
  const intent = { kind: "import" as const, environmentId, imported: spec };
  const { releaseId } = await createReleaseIn(
    tx,
    {
      appId: app.id,
      requestedById: actorId,
      intent: { ...intent, buildId: null, settings: null, restoresNumber: null },
      reason,
      idempotencyKey,
      expectedCurrent: null,
    },
    world,
  );
  await publish(tx, { kind: "app", subjectId: app.id, teamId, appId: app.id });
  return { appId: app.id, name, releaseId };
}
