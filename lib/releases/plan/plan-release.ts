import "server-only";
import { refuseRetiring } from "#lib/apps/retiring-rules";
import { type Domain, domainsOf } from "#lib/apps/spec/domain-rules";
import { carriedBy, type GatewayMove, lossesOn, servedRoutes, targetOf } from "#lib/apps/spec/gateway-rules";
import { withTls } from "#lib/apps/spec/tls-rules";
import { type AppSpec, appSpec, fixedProblems } from "#lib/apps/spec-schema";
import { type Prisma, type Tx } from "#lib/platform/db";
import { Invalid, NotFound } from "#lib/platform/errors";
import { refuseImpossibleAccess } from "../callers/access-gaps.ts";
import { adopt } from "../drift/adopt-rules.ts";
import { refuseImpossibleEgress } from "../egress/egress-gaps.ts";
import { holdOn } from "../hold/held-commits.ts";
import { type HeldCommitView } from "../hold/schema.ts";
import { IN_FLIGHT } from "../release-rules.ts";
import { type ReleaseIntent } from "../schema.ts";
import { type Basis, chooseReplicas, chooseSource, type Here, type PlannedIntent } from "./choose-source.ts";
import { refuseUnusableConfig } from "./config-of-spec.ts";

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
  basis: Basis | null;
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
  await refuseImpossibleEgress(tx, { appId, environment }, basis?.spec ?? null, spec);
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

export const ON_TRIAL = {
  name: "canary",
  state: { in: ["waiting", "running"] },
} satisfies Prisma.ReleaseStepWhereInput;

/** The newest release of a place that is done or in flight: what it runs or is on its way to. One on trial is neither yet. */
export async function findBasis(tx: Tx, here: Here): Promise<Basis | null> {
  const row = await tx.release.findFirst({
    where: { ...here, state: { in: ["done", ...IN_FLIGHT] }, steps: { none: ON_TRIAL } },
    orderBy: { number: "desc" },
    select: { id: true, number: true, spec: true },
  });
  return row && { ...row, spec: appSpec.parse(row.spec) };
}
