import "server-only";
import { refuseRetiring } from "#lib/apps/retiring-rules";
import { type Domain, domainsOf } from "#lib/apps/spec/domain-rules";
import { carriedBy, type GatewayMove, lossesOn, servedRoutes, targetOf } from "#lib/apps/spec/gateway-rules";
import { withTls } from "#lib/apps/spec/tls-rules";
import { type AppSettings, type AppSpec, appSpec, fixedProblems, storedSettings } from "#lib/apps/spec-schema";
import { type Prisma, type Tx } from "#lib/platform/db";
import { Invalid, NotFound } from "#lib/platform/errors";
import { refuseImpossibleAccess } from "./access-gaps.ts";
import { adopt } from "./adopt-rules.ts";
import { refuseUnusableConfig, withConfigOf } from "./config-of-spec.ts";
import { holdOn } from "./held-commits.ts";
import { type HeldCommitView } from "./hold-schema.ts";
import { moveHosts } from "./host-rules.ts";
import { IN_FLIGHT } from "./release-rules.ts";
import { type AskedTogether, type ReleaseIntent } from "./schema.ts";

/** What people ask for, or the one thing that they do not ask of a service: that it begins with what already runs. */
export type PlannedIntent = Omit<ReleaseIntent, "kind"> &
  AskedTogether & {
    kind: ReleaseIntent["kind"] | "import";
    imported?: AppSpec;
  };

export type ReleasePlan = {
  app: { id: string; name: string; teamId: string };
  environment: {
    id: string;
    name: string;
    purpose: "dev" | "test" | "prod";
    namespace: string;
    domain: string;
    /** Its own and the further ones: which hosts its routes may use. */
    domains: readonly Domain[];
    cluster: { id: string; name: string; context: string };
  };
  /** The number that the release would have. */
  number: number;
  /** What the environment runs or is on its way to: the newest release that is done or in flight. */
  basis: { id: string; number: number; spec: AppSpec } | null;
  /** The canary that is on trial there and that this release would end. */
  trial: number | null;
  /** Everything that the release would freeze, and the same without what it keeps of others' changes. */
  spec: AppSpec;
  unkept: AppSpec;
  buildId: string | null;
  restoresId: string | null;
  /** What holds the commit that it would newly bring there. */
  hold: HeldCommitView | null;
};

/**
 * What a release with this intent would be, from rows alone. Preview and creation ask the same function, so that what was
 * shown is what is made. Throws NotFound for things that do not belong to the app, Conflict for one that is being retired, Invalid when there is
 * nothing to run or something is changed that the first release settled.
 */
export async function planRelease(tx: Tx, appId: string, intent: PlannedIntent, now: Date): Promise<ReleasePlan> {
  const found = await tx.app.findUnique({
    where: { id: appId },
    select: { id: true, name: true, teamId: true, retiringAt: true },
  });
  if (!found) throw new NotFound("There is no such service.");
  refuseRetiring(found);
  const { retiringAt: _, ...app } = found;
  const environment = await findEnvironment(tx, intent.environmentId);
  const here = { appId, environmentId: environment.id };
  const newest = await tx.release.findFirst({
    where: here,
    orderBy: { number: "desc" },
    select: { number: true },
  });
  const basis = await findBasis(tx, here);
  const trial = await tx.release.findFirst({
    where: { ...here, state: { in: [...IN_FLIGHT] }, steps: { some: ON_TRIAL } },
    select: { number: true },
  });
  const source = await chooseSource(tx, here, intent, basis, environment.domain);
  const restartedAt = intent.kind === "restart" ? now.toISOString() : source.spec.restartedAt;
  const replicas = await chooseReplicas(tx, here, intent, source.spec);
  const carried = withCarrier(source.spec.exposure, basis?.spec.exposure ?? null, intent.gateway);
  const exposure = carried && withTls(carried, environment.domains);
  const { meshMode = source.spec.meshMode } = intent;
  const unkept = { ...source.spec, exposure, restartedAt, replicas, meshMode };
  const spec = withKept(unkept, intent, app.name);
  if (intent.meshMode !== undefined) refuseUncounted(spec);
  await refuseFixed(tx, here, spec, intent);
  await refuseUnusableConfig(tx, here, spec);
  await refuseImpossibleAccess(tx, here, spec);
  const sameImage = basis?.spec.image.digest === spec.image.digest;
  const hold = sameImage ? null : await holdOn(tx, here, spec.image.commitSha);
  const number = (newest?.number ?? 0) + 1;
  return { app, environment, number, basis, trial: trial?.number ?? null, ...source, spec, unkept, hold };
}

/** A switch of mode alone is typed in no form, whose rule (`trafficProblems`) says the same at the field. */
function refuseUncounted({ exposure, meshMode }: AppSpec): void {
  if (exposure === null || lossesOn(exposure.gatewayClass, exposure.routes, meshMode).length === 0) return;
  throw new Invalid("The sidecars count the limits of its routes: without them nobody would.", {
    next: "Leave the service in the mesh, or take the limits away first.",
  });
}

function withKept(spec: AppSpec, { keep = [] }: Pick<ReleaseIntent, "keep">, app: string): AppSpec {
  const kept = adopt(spec, keep, app);
  if (typeof kept !== "string") return kept;
  throw new Invalid("What stands in the cluster cannot be kept in the service's settings as it is.", {
    fields: keep.map(({ field }, index) => ({ path: `keep.${index}`, message: `${field}: ${kept}` })),
    next: "Take these fields over, or change them in the settings.",
  });
}

/**
 * Which gateway carries the routes is the environment's affair of the moment: neither a form nor an old Spec that is
 * brought back moves them from the gateway that they failed over to, but only another failover.
 */
function withCarrier(
  wanted: AppSpec["exposure"],
  now: AppSpec["exposure"],
  move: GatewayMove | undefined,
): AppSpec["exposure"] {
  if (wanted === null) {
    if (move === undefined) return null;
    throw new Invalid("The service is not exposed, so it has no routes to move.");
  }
  if (move === undefined) return carriedBy(wanted, now?.failedOverTo ?? wanted.gatewayClass);
  const moved = carriedBy(wanted, targetOf(wanted, move));
  if (servedRoutes(moved).length > 0) return moved;
  throw new Invalid("None of its routes can be carried by that gateway.", {
    next: "Give it a route that asks for no method and no header, then move it.",
  });
}

type Here = { appId: string; environmentId: string };
type Source = Pick<ReleasePlan, "spec" | "buildId" | "restoresId">;

/** What stands in the cluster since a release was applied there, finished or not, cannot be changed in place. */
async function refuseFixed(tx: Tx, here: Here, spec: AppSpec, intent: PlannedIntent): Promise<void> {
  const applied = await tx.release.findFirst({
    where: { ...here, steps: { some: { name: "apply", startedAt: { not: null } } } },
    orderBy: { number: "desc" },
    select: { spec: true },
  });
  const before = applied ? appSpec.parse(applied.spec) : null;
  const problems = before ? fixedProblems(before, spec) : unfounded(spec, intent);
  if (problems.length === 0) return;
  throw new Invalid("The first release settled this for good.", {
    fields: problems.map(({ path, message }) => ({ path: ["settings", ...path].join("."), message })),
    next: "Make another service with the other kind or the other claims, and move what is stored.",
  });
}

/** Where a release would go. Throws NotFound. */
export async function findEnvironment(tx: Tx, id: string): Promise<ReleasePlan["environment"]> {
  const select = { id: true, name: true, purpose: true, namespace: true, domain: true } as const;
  const row = await tx.environment.findUnique({
    where: { id },
    select: { ...select, tlsSecret: true, cluster: true, domains: true },
  });
  if (!row) throw new NotFound("There is no such environment.");
  return { ...row, domains: domainsOf(row) };
}

/** Only an import knows what it adopts. */
const unfounded = ({ adopted }: AppSpec, { imported }: PlannedIntent) =>
  adopted !== null && imported === undefined ? [{ path: ["adopted"], message: "workload.fixed" }] : [];

/** Of an import that did not get to its end: it can be tried again. */
async function importedImage(tx: Tx, here: Here): Promise<AppSpec["image"] | undefined> {
  const row = await tx.release.findFirst({ where: { ...here, kind: "import" }, select: { spec: true } });
  return row ? appSpec.parse(row.spec).image : undefined;
}

const ON_TRIAL = { name: "canary", state: { in: ["waiting", "running"] } } satisfies Prisma.ReleaseStepWhereInput;

/** The newest release of a place that is done or in flight: what it runs or is on its way to. One on trial is neither yet. */
export async function findBasis(tx: Tx, here: Here): Promise<ReleasePlan["basis"]> {
  const row = await tx.release.findFirst({
    where: { ...here, state: { in: ["done", ...IN_FLIGHT] }, steps: { none: ON_TRIAL } },
    orderBy: { number: "desc" },
    select: { id: true, number: true, spec: true },
  });
  return row && { ...row, spec: appSpec.parse(row.spec) };
}

/** Where image and settings come from: an old release as a whole, or a build (or what runs) with given or current settings. */
async function chooseSource(
  tx: Tx,
  here: Here,
  intent: PlannedIntent,
  basis: ReleasePlan["basis"],
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

async function chooseReplicas(
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
  basis: ReleasePlan["basis"],
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
