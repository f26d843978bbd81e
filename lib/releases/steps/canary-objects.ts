import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { ledgerIn } from "../ledger.ts";
import { isCanaryObject } from "../manifests/canary.ts";
import { type Manifest } from "../manifests/object.ts";
import { type Verdict } from "../rollout-rules.ts";
import { applyEach, manifestsOf, removeLeftovers } from "./apply.ts";
import { lastDone } from "./last-done.ts";
import { type StepContext } from "./step-context.ts";

/** What says which share of the requests goes where. */
export const isRoute = ({ kind }: Manifest): boolean => kind === "VirtualService";

/**
 * The first thing that any release does: a canary that stands there, of a release that has failed, was aborted or is
 * superseded, gets no more requests, before anything else can fail. Its objects go at this release's end.
 */
export async function leaveCanary(context: StepContext): Promise<void> {
  if (!(await hasCanary(context))) return;
  const { deps, release } = context;
  const before = await lastDone(deps.db, release);
  if (!before) return;
  const stable = await manifestsOf(context, { ...release, canary: null, spec: appSpec.parse(before.spec) });
  await applyEach(context, stable.filter(isRoute));
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

async function hasCanary({ deps, release }: StepContext): Promise<boolean> {
  const known = await ledgerIn(deps.db, release, release.environment.namespace);
  return known.some((entry) => isCanaryObject(release.app, entry));
}
