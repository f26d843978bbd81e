import "server-only";
import { z } from "zod";
import { domainsOf, outsideError } from "#lib/apps/spec/domain-rules";
import { type AppSpec, appSpec } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { recordSystem } from "#lib/clusters/record-system";
import { type Db } from "#lib/platform/db";
import { fromPublicError, NotFound, type PublicError } from "#lib/platform/errors";
import { conflictsOf } from "../drift/conflicts.ts";
import { DECIDE_FIRST } from "../drift/contests.ts";
import { refuseImpossibleEgress } from "../egress/egress-gaps.ts";
import { clusterGap } from "../gates/cluster-gaps.ts";
import { proxies, undecided } from "../gates/gate-rules.ts";
import { ledgerFound, ledgerIn, ledgerPlanned, ledgerPresent } from "../ledger.ts";
import { type Manifest, namespaceManifest, samePodTemplate } from "../manifests.ts";
import { tryInjection } from "../mesh/try-injection.ts";
import { tryObject } from "../preview/try-objects.ts";
import { type Verdict } from "../rollout-rules.ts";
import { manifestsOf } from "./apply.ts";
import { leaveCanary, strangerBeside } from "./canary-objects.ts";
import { lastDone } from "./last-done.ts";
import { effect, type StepContext } from "./step-context.ts";

/**
 * Before anything is changed: the image exists by its digest, the cluster answers, the namespace is there, and pods that are
 * to join the mesh get a proxy.
 */
export async function check(context: StepContext): Promise<Verdict> {
  const { release, deps } = context;
  await leaveCanary(context);
  const [podRelease, outside, , gap] = await Promise.all([
    podReleaseOf(deps.db, release),
    hostsOutside(deps.db, release),
    stillAlone(deps.db, release),
    clusterGap(release.spec, release.environment.namespace, context.kubernetes, context.signal),
    imageExists(context),
  ]);
  if (outside) throw fromPublicError(outside);
  if (gap) throw gap;
  await ensureNamespace(context);
  const manifests = await manifestsOf(context, { ...context.release, podRelease });
  const stopped =
    (await strangerBeside(context)) ??
    (await changedByHand(context, manifests)) ??
    (await withoutProxies(context, manifests));
  if (stopped) return { is: "failed", error: stopped, facts: {}, evidence: null };
  const { namespace } = release.environment;
  return { is: "done", facts: { podRelease, namespace, digest: release.spec.image.digest } };
}

/** The environment's domains may have changed since the release was planned. */
async function hostsOutside(db: Db, release: StepContext["release"]): Promise<PublicError | null> {
  const [before, environment] = await Promise.all([
    lastDone(db, release),
    db.environment.findUniqueOrThrow({
      where: { id: release.environment.id },
      select: { name: true, domain: true, tlsSecret: true, domains: true },
    }),
  ]);
  const running = before ? appSpec.parse(before.spec).exposure : null;
  return outsideError(running, release.spec.exposure, { name: environment.name, domains: domainsOf(environment) });
}

/** Another service may have declared a host since, in another way. */
async function stillAlone(db: Db, release: StepContext["release"]): Promise<void> {
  const { app, environment, spec } = release;
  if (spec.egress === null) return;
  const { id } = environment;
  const before = await lastDone(db, release);
  const row = await db.environment.findUniqueOrThrow({ where: { id }, include: { domains: true } });
  const here = { appId: app.id, environment: { id, domains: domainsOf(row) } };
  await refuseImpossibleEgress(db, here, before && appSpec.parse(before.spec), spec);
}

/** Throws NotFound when Kepler's registry does not have the image by its digest (any more). */
export async function imageExists({
  deps,
  release,
  signal,
}: Pick<StepContext, "deps" | "signal"> & { release: Pick<StepContext["release"], "spec"> }): Promise<void> {
  const { registry } = deps.clients;
  const { repository, digest } = release.spec.image;
  // An image of another registry (an adopted service) is for the cluster to pull; only ours can be asked.
  if (!registry || !repository.startsWith(`${registry.host}/`)) return;
  try {
    await registry.client.getManifest(repository.slice(registry.host.length + 1), digest, { signal });
    await recordSystem(deps.db, "registry", "ok", deps.now());
  } catch (error) {
    await recordSystem(deps.db, "registry", error, deps.now());
    if (!(error instanceof NotFound)) throw error;
    throw new NotFound(`The registry no longer has ${repository}@${digest}.`, {
      system: "registry",
      next: "Build the commit again, then release that build.",
      cause: error,
    });
  }
}

/**
 * Somebody's change that the release would overwrite and that nobody has decided about. Looked for before anything is
 * touched, so that a release which stops for it leaves nothing half done; what the API server refuses is found here too.
 */
async function changedByHand(
  { deps, release, kubernetes, signal }: StepContext,
  manifests: readonly Manifest[],
): Promise<PublicError | null> {
  const { app, spec, takeOver } = release;
  const { namespace } = release.environment;
  const owned = (await ledgerIn(deps.db, release, namespace)).filter(({ present }) => present);
  const tried = await Promise.all(manifests.map((manifest) => tryObject({ kubernetes, signal }, manifest, owned)));
  const refusal = tried.find((each) => each.refusal)?.refusal;
  if (refusal) return refusal;
  if (tried.every(({ contests }) => contests.length === 0)) return null;
  const before = await lastDone(deps.db, release);
  const applied = before ? appSpec.parse(before.spec) : spec;
  const [gate] = undecided({ conflicts: conflictsOf({ app, spec, unkept: spec, applied }, { takeOver }, tried) });
  return gate ? { ...gate.error, next: DECIDE_FIRST } : null;
}

/**
 * Why pods would get no proxy though this release brings them into the mesh. A preview says it first; what follows a build,
 * and what was planned before the injector went away or the namespace was there, has none that counts.
 */
async function withoutProxies(
  { deps, release, kubernetes, signal }: StepContext,
  manifests: readonly Manifest[],
): Promise<PublicError | null> {
  if (release.spec.meshMode !== "mesh") return null;
  const before = await lastDone(deps.db, release);
  if (before && appSpec.parse(before.spec).meshMode === "mesh") return null;
  const injection = await tryInjection({ kubernetes, signal }, manifests);
  const [gate] = proxies({ mesh: { injection, namespace: release.environment.namespace, joins: true } });
  return gate?.error ?? null;
}

async function ensureNamespace({ deps, release, kubernetes, signal }: StepContext): Promise<void> {
  const name = release.environment.namespace;
  const entry = { kind: "v1/Namespace", key: name };
  if (await kubernetes.get({ ...KINDS.namespace, name }, { signal })) {
    return ledgerFound(deps.db, release, entry, deps.now());
  }
  await ledgerPlanned(deps.db, release, [entry]);
  await effect(deps, "release.namespace", () => kubernetes.apply(namespaceManifest(name), { signal }));
  await ledgerPresent(deps.db, release, entry, deps.now());
}

/**
 * The release whose label the pods carry: the last done one's while the pod template stays as it is, so that scaling or
 * exposing restarts nothing; otherwise this one's own.
 */
export async function podReleaseOf(
  db: Pick<Db, "release">,
  release: { number: number; spec: AppSpec; app: { id: string; name: string }; environment: { id: string } },
): Promise<number> {
  const before = await lastDone(db, release);
  // An import leaves the pods that it found alone.
  if (!before) return release.spec.adopted ? 0 : release.number;
  if (!samePodTemplate(appSpec.parse(before.spec), release.spec, release.app)) return release.number;
  return podReleaseFact.parse(before.steps[0]?.detail).podRelease;
}

/** What "check" leaves for the steps after it. */
export const podReleaseFact = z.object({ podRelease: z.number().int() });

/** Whose label the pods of this release carry, as "check" found out; its own until then. */
export function podReleaseIn({
  number,
  steps,
}: {
  number: number;
  steps: { name: string; detail: unknown }[];
}): number {
  const checked = podReleaseFact.safeParse(steps.find(({ name }) => name === "check")?.detail);
  return checked.success ? checked.data.podRelease : number;
}
