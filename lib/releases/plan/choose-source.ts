import "server-only";
import { type AppSettings, type AppSpec, appSpec, storedSettings } from "#lib/apps/spec-schema";
import { type Tx } from "#lib/platform/db";
import { Invalid, NotFound } from "#lib/platform/errors";
import { moveHosts } from "../domains/host-rules.ts";
import { type AskedTogether, type ReleaseIntent } from "../schema.ts";
import { withConfigOf } from "./config-of-spec.ts";

/** What people ask for, or the one thing that they do not ask of a service: that it begins with what already runs. */
export type PlannedIntent = Omit<ReleaseIntent, "kind"> &
  AskedTogether & {
    kind: ReleaseIntent["kind"] | "import";
    imported?: AppSpec;
  };

export type Here = { appId: string; environmentId: string };
/** What the environment runs or is on its way to: the newest release that is done or in flight. */
export type Basis = { id: string; number: number; spec: AppSpec };
type Source = { spec: AppSpec; buildId: string | null; restoresId: string | null };

/** Where image and settings come from: an old release as a whole, or a build (or what runs) with given or current settings. */
export async function chooseSource(
  tx: Tx,
  here: Here,
  intent: PlannedIntent,
  basis: Basis | null,
  domain: string,
): Promise<Source> {
  if (intent.imported) return { spec: intent.imported, buildId: null, restoresId: null };
  if (intent.kind === "rollback") return restorePart(await restore(tx, here, intent.restoresNumber), intent, basis);
  if (intent.cloneOf) return clone(tx, here, intent.cloneOf, domain);
  const settings = intent.settings ?? basis?.spec ?? (await draftedSettings(tx, here, domain));
  if (!settings) throw new Invalid("The service has no settings yet.", { next: "Give its settings with the release." });
  const build = intent.buildId ? await builtImage(tx, here.appId, intent.buildId) : null;
  const image = build?.image ?? basis?.spec.image ?? (await importedImage(tx, here));
  if (!image) {
    throw new Invalid("Nothing runs there yet, so a release needs a build.", {
      fields: [{ path: "buildId", message: "release.build-needed" }],
      next: "Choose a successful build.",
    });
  }
  return { spec: { ...settings, image }, buildId: build?.id ?? null, restoresId: null };
}

/** How many pods are wanted: as asked, as the source has them, or as there were before the service was stopped. */
export async function chooseReplicas(
  tx: Tx,
  here: Here,
  { replicas }: Pick<ReleaseIntent, "replicas">,
  spec: AppSpec,
): Promise<number> {
  if (replicas !== "before") return replicas ?? spec.replicas;
  const row = await tx.release.findFirst({
    where: { ...here, state: "done", spec: { path: ["replicas"], gt: 0 } },
    orderBy: { number: "desc" },
    select: { spec: true },
  });
  if (row) return appSpec.parse(row.spec).replicas;
  throw new Invalid("Nothing ever ran there, so there is no number of pods to go back to.", {
    fields: [{ path: "replicas", message: "release.never-ran" }],
    next: "Choose a number of replicas.",
  });
}

/** The whole of an old release, or its image with the settings of now, or its settings with the image of now. */
function restorePart(
  old: Source,
  { restore: part = "all" }: Pick<ReleaseIntent, "restore">,
  basis: Basis | null,
): Source {
  if (part === "all" || !basis) return old;
  const { image: _, ...settings } = part === "image" ? basis.spec : old.spec;
  return part === "image"
    ? { ...old, spec: { ...settings, image: old.spec.image } }
    : { ...old, spec: { ...settings, image: basis.spec.image }, buildId: null };
}

/** What another environment runs, as it would be here. */
async function clone(tx: Tx, here: Here, from: string, domain: string): Promise<Source> {
  const row = await tx.release.findFirst({
    where: { appId: here.appId, environmentId: from, state: "done" },
    orderBy: { number: "desc" },
    select: { spec: true, buildId: true, environment: { select: { domain: true } } },
  });
  if (!row || from === here.environmentId) {
    throw new Invalid("There is nothing to clone from there.", {
      fields: [{ path: "cloneOf", message: "release.nothing-to-clone" }],
      next: "Choose another environment, in which the service runs.",
    });
  }
  const { image, ...settings } = appSpec.parse(row.spec);
  const moved = await withConfigOf(tx, here, moveHosts(settings, row.environment.domain, domain));
  return { spec: { ...moved, adopted: null, image }, buildId: row.buildId, restoresId: null };
}

async function restore(tx: Tx, here: Here, number: number | null): Promise<Source> {
  const row = await tx.release.findFirst({
    where: { ...here, number: number ?? 0 },
    select: { id: true, number: true, spec: true, buildId: true, state: true },
  });
  if (!row) {
    throw new NotFound("There is no such release to go back to.", {
      fields: [{ path: "restoresNumber", message: "release.unknown" }],
    });
  }
  if (row.state !== "done") {
    throw new Invalid(`Release ${row.number} was never completed, so it cannot be restored.`, {
      fields: [{ path: "restoresNumber", message: "release.never-done" }],
      next: "Choose a release that is done.",
    });
  }
  return { spec: appSpec.parse(row.spec), buildId: row.buildId, restoresId: row.id };
}

async function builtImage(tx: Tx, appId: string, id: string) {
  const build = await tx.build.findFirst({ where: { id, appId } });
  if (!build) {
    throw new NotFound("There is no such build of this service.", {
      fields: [{ path: "buildId", message: "build.unknown" }],
    });
  }
  if (build.state !== "succeeded" || !build.imageDigest) {
    throw new Invalid(`Build ${build.number} has no image to release.`, {
      fields: [{ path: "buildId", message: "build.not-succeeded" }],
      next: "Wait until it has succeeded, or choose another.",
    });
  }
  const { imageRepository: repository, imageDigest: digest, imageTag: tag, commitSha } = build;
  return { id, image: { repository, digest, tag, commitSha } };
}

/** The settings kept for this environment, else those of the environment that the app was created for; null = none. */
export async function draftedSettings(tx: Tx, here: Here, domain: string): Promise<AppSettings | null> {
  const drafts = await tx.appSpecDraft.findMany({
    where: { appId: here.appId },
    select: { spec: true, environmentId: true, environment: { select: { domain: true } } },
    orderBy: { environment: { rank: "asc" } },
  });
  const own = drafts.find((draft) => draft.environmentId === here.environmentId);
  if (own) return storedSettings.parse(own.spec);
  const [first] = drafts;
  if (!first) return null;
  const settings = moveHosts(storedSettings.parse(first.spec), first.environment.domain, domain);
  return withConfigOf(tx, here, { ...settings, adopted: null });
}

/** Of an import that did not get to its end: it can be tried again. */
async function importedImage(tx: Tx, here: Here): Promise<AppSpec["image"] | undefined> {
  const row = await tx.release.findFirst({ where: { ...here, kind: "import" }, select: { spec: true } });
  return row ? appSpec.parse(row.spec).image : undefined;
}
