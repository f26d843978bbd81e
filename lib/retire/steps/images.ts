import "server-only";
import { imagesEntry } from "#lib/apps/ledger";
import { repositoryWithinRegistry } from "#lib/apps/naming-rules";
import { type Registry } from "#lib/clients/registry/client";
import { type Db } from "#lib/platform/db";
import { Conflict, NotFound } from "#lib/platform/errors";
import { splitTags } from "../retire-rules.ts";
import { configured, type RetireSystems } from "../retire-world.ts";
import { adopt, asking, effect, keeps, ledgerOf, nothingSeen, type StepContext, type Verdict } from "./step-context.ts";

const system = "registry";

/**
 * Removes the images that this service's builds pushed, one a run: first those that a tag still names, then those whose tag
 * went elsewhere. Tags that no build of it made are somebody else's. A repository without tags is gone for everybody who
 * pulls; its blobs go with the registry's own garbage collection.
 */
export async function clearImages(context: StepContext): Promise<Verdict> {
  const { world, row, signal } = context;
  const { key, kind } = imagesEntry({ appId: row.appId, imageRepository: row.app.imageRepository });
  const entries = ledgerOf(context, system, kind).map(({ id }) => id);
  const { client, repository } = registryOf(world.registry, key);
  const built = await builtImages(world.db, row.appId);
  const tags = await asking(world, system, () => tagsOf(client, repository, signal));
  const { own, others } = splitTags(tags, built.tags);
  const findings = others.map((tag) => ({ system, kind: "tag", key: `${key}:${tag}`, why: "anothers" as const }));
  if (keeps(context).images) {
    const is = own.length > 0 ? ("present" as const) : ("absent" as const);
    return { is: "done", ...nothingSeen(), findings, [is]: entries };
  }
  const image = await asking(world, system, () => firstImage(client, repository, [...own, ...built.digests], signal));
  if (image === null) return { is: "done", ...nothingSeen(), findings, absent: entries };
  await adopt(context, { system, kind, key });
  const remove = () => client.deleteManifest(repository, image.digest, { signal });
  await effect(context, () => asking(world, system, remove));
  return { is: "again", removed: `${key}:${image.reference}` };
}

/** The service's repository in the connected registry. Conflict when it lies in another one, which cannot be asked. */
export function registryOf(registry: RetireSystems["registry"], imageRepository: string) {
  const { client, host } = configured(registry, system, "The registry");
  if (imageRepository.startsWith(`${host}/`)) return { client, repository: repositoryWithinRegistry(imageRepository) };
  throw new Conflict(`The images lie in ${imageRepository}, and Kepler is connected to ${host}.`, {
    system,
    next: "Connect that registry again, or go on and keep the images.",
  });
}

/** Tags and digests that builds of the service pushed, or may have. */
export async function builtImages(db: Db, appId: string): Promise<{ tags: Set<string>; digests: string[] }> {
  const rows = await db.build.findMany({ where: { appId }, select: { imageTag: true, imageDigest: true } });
  const digests = new Set(rows.flatMap(({ imageDigest }) => imageDigest ?? []));
  return { tags: new Set(rows.map(({ imageTag }) => imageTag)), digests: [...digests] };
}

/** Empty for a repository that does not exist. */
export async function tagsOf(client: Registry, repository: string, signal: AbortSignal): Promise<string[]> {
  try {
    return await client.listTags(repository, { signal });
  } catch (error) {
    if (error instanceof NotFound) return [];
    throw error;
  }
}

async function firstImage(client: Registry, repository: string, references: readonly string[], signal: AbortSignal) {
  for (const reference of references) {
    try {
      return { reference, digest: (await client.getManifest(repository, reference, { signal })).digest };
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
    }
  }
  return null;
}
