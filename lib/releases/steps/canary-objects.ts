import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { appSpec } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { appIdOf } from "#lib/clusters/label-rules";
import { type PublicError } from "#lib/platform/errors";
import { ledgerIn } from "../ledger.ts";
import { canaryName, isCanaryObject } from "../manifests/canary.ts";
import { type Manifest } from "../manifests/object.ts";
import { isRetiring } from "../restore-before.ts";
import { type Verdict } from "../rollout-rules.ts";
import { applyEach, isSame, ledgerKeyOf, manifestsOf, removeLeftovers } from "./apply.ts";
import { lastDone } from "./last-done.ts";
import { type StepContext } from "./step-context.ts";

/** What says which share of the requests goes where. */
export const isRoute = ({ kind }: Manifest): boolean => kind === "VirtualService";

/**
 * The first thing that any release does: a canary that stands there, of a release that has failed, was aborted or is
 * superseded, gets no more requests, before anything else can fail. Its objects go at this release's end.
 */
export async function leaveCanary(context: StepContext): Promise<void> {
  const known = await knownObjects(context);
  const { deps, release } = context;
  if (!known.some((entry) => isCanaryObject(release.app, entry))) return;
  const before = await lastDone(deps.db, release);
  if (!before) return;
  const stable = await manifestsOf(context, { ...release, canary: null, spec: appSpec.parse(before.spec) });
  // A release that has moved the routes to the other gateway has taken this one away.
  const isThere = (route: Manifest) => known.some((entry) => isSame(entry, ledgerKeyOf(route)));
  await applyEach(context, stable.filter(isRoute).filter(isThere));
}

/** Gateways hear of a route a moment later than the API server: for so long pods without a share still answer. */
const ROUTES_SETTLE_MS = 2_000;

/** The last thing: of a canary that has had no share since this step began, nothing is left. */
export async function removeCanary(context: StepContext, verdict: Verdict): Promise<Verdict> {
  if (!(await hasCanary(context))) return verdict;
  const { deps, startedAt } = context;
  if (deps.now().getTime() - startedAt.getTime() < ROUTES_SETTLE_MS) {
    return { is: "wait", facts: { ...verdict.facts, waitingFor: "routes" } };
  }
  await removeLeftovers(context, [], "last");
  return verdict;
}

/**
 * Of a release that ends with no other after it: the canary that it found there is left and removed by itself. Safe to
 * repeat; does nothing for a service whose retirement will remove what is there.
 */
export async function dropCanary(context: StepContext): Promise<void> {
  if (!(await hasCanary(context)) || (await isRetiring(context.deps.db, context.release.app))) return;
  await leaveCanary(context);
  await delay(ROUTES_SETTLE_MS, undefined, { signal: context.signal });
  await removeLeftovers(context, [], "last");
}

/**
 * Somebody else's object of a name that the canary's would have: it stops the release before the ledger says that it may
 * be Kepler's, since all of that is removed in the end. Null where there is none.
 */
export async function strangerBeside(context: StepContext): Promise<PublicError | null> {
  const { release, kubernetes, signal } = context;
  if (release.canary === null) return null;
  const place = { namespace: release.environment.namespace, name: canaryName(release.app) };
  const found = await Promise.all(
    [KINDS.service, KINDS.deployment, KINDS.destinationRule].map((kind) =>
      kubernetes.get({ ...kind, ...place }, { signal }),
    ),
  );
  const stranger = found.find((object) => object && appIdOf(object.metadata.labels) !== release.app.id);
  if (!stranger) return null;
  return {
    code: "conflict",
    system: "kubernetes",
    message: `${stranger.kind} ${place.name} is there already and not Kepler's: the canary's would have this name.`,
    next: "Remove it or give it another name, or release without a canary.",
  };
}

const hasCanary = async (context: StepContext): Promise<boolean> =>
  (await knownObjects(context)).some((entry) => isCanaryObject(context.release.app, entry));

const knownObjects = ({ deps, release }: StepContext) => ledgerIn(deps.db, release, release.environment.namespace);
