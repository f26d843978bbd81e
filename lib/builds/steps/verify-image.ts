import "server-only";
import { imagesEntry, markPresentInLedger } from "#lib/apps/ledger";
import { repositoryWithinRegistry } from "#lib/apps/naming-rules";
import { type Call } from "#lib/clients/http/call";
import { recordSystem } from "#lib/clusters/record-system";
import { NotFound, type PublicError } from "#lib/platform/errors";
import { type RunResult } from "#lib/platform/queue";
import { type BuildRow, recordBuild, stepOf } from "../build-row.ts";
import { judgeImage } from "../build-rules.ts";
import { type BuildWorld } from "../build-world.ts";

/** Reads from the registry what was really pushed. Only a digest whose labels name this build makes it a success. */
export async function verifyImage(world: BuildWorld, row: BuildRow, call: Call): Promise<RunResult> {
  const image = await observeImage(world, row, call);
  await recordSystem(world.db, "registry", "ok", world.now());
  const now = world.now();
  const expected = {
    id: row.id,
    commitSha: row.commitSha,
    image: `${row.imageRepository}:${row.imageTag}`,
    runEndedAt: stepOf(row, "run")?.endedAt ?? now,
  };
  const judged = judgeImage(expected, image, now);
  if (judged.verdict === "wait") return { requeueAfterMs: 1_000 };
  await world.checkpoint?.("build.verify.before-commit");
  if (judged.verdict === "bad") {
    const error: PublicError = { code: "invalid", system: "registry", message: judged.sentence, next: judged.next };
    const steps = [{ name: "verify", state: "failed" as const, error }];
    await recordBuild(world.db, row, { build: { state: "failed", error, endedAt: now }, steps }, now);
  } else {
    const sizeBytes = image?.sizeBytes ?? 0;
    const detail = { digest: judged.digest, sizeBytes };
    await recordBuild(
      world.db,
      row,
      {
        build: { state: "succeeded", imageDigest: judged.digest, imageSizeBytes: BigInt(sizeBytes), endedAt: now },
        steps: [{ name: "verify", state: "done", error: null, detail }],
        also: async (tx) => {
          await markPresentInLedger(tx, imagesEntry(row), { externalId: null, url: null }, now);
          await world.onBuildSucceeded(tx, { id: row.id, appId: row.appId });
        },
      },
      now,
    );
  }
  await world.checkpoint?.("build.verify.after-commit");
  return { requeueAfterMs: 0 };
}

async function observeImage(world: BuildWorld, row: BuildRow, call: Call) {
  const repository = repositoryWithinRegistry(row.imageRepository);
  try {
    const manifest = await world.registry.getManifest(repository, row.imageTag, call);
    const config = await world.registry.getImageConfig(repository, manifest.digest, call);
    return { digest: manifest.digest, sizeBytes: manifest.sizeBytes, labels: config.labels };
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}
