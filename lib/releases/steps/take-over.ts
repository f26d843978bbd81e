import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { carrierOf, type GatewayClass } from "#lib/apps/spec/gateway-rules";
import { askGateway, type GatewayAnswer } from "#lib/clients/edge/ask-gateway";
import { findGateway, type GatewayAddress } from "#lib/clusters/find-gateway";
import { isLeaving, isReached, type Probe, probesOf, serves } from "../gateway/serving-rules.ts";
import { ledgerIn } from "../ledger.ts";
import { type Verdict } from "../rollout-rules.ts";
import { type StepContext } from "./step-context.ts";

/** A gateway learns of new routes within seconds; one that has not by then does not work. */
const LEARNS_WITHIN_MS = 30_000;
/** How long one look goes on, and how often it asks. */
const LOOK_MS = 3_000;
const PAUSE_MS = 200;

/**
 * Before routes are taken from the gateway that is left: real requests to the address of the one that takes over, for
 * every route that a plain request can show. Null when it serves them all, when nothing is left, and where the gateway has
 * no address to ask. A rollback goes its way whatever its gateway says: there is nothing else to go back to.
 */
export async function awaitTakeOver({
  deps,
  release,
  kubernetes,
  startedAt,
  signal,
}: StepContext): Promise<Verdict | null> {
  const { spec, environment, kind } = release;
  if (spec.exposure === null || kind === "rollback") return null;
  const ledger = await ledgerIn(deps.db, release, environment.namespace);
  const kinds = ledger.map((entry) => entry.kind);
  if (!isLeaving(spec.exposure, kinds)) return null;
  const carrier = carrierOf(spec.exposure);
  const [address, left] = await Promise.all([
    findGateway(carrier, kubernetes, signal),
    findGateway(carrier === "istio" ? "ingress" : "istio", kubernetes, signal),
  ]);
  if (address === null) return null;
  const missing = await lookForAWhile({ carrier, address, left }, probesOf(spec), signal);
  if (missing === null) return null;
  const facts = { waitingFor: "gateway" };
  if (deps.now().getTime() - startedAt.getTime() < LEARNS_WITHIN_MS) return { is: "wait", facts };
  return { is: "failed", facts, evidence: null, error: notServed(carrier, missing) };
}

type Gateways = { carrier: GatewayClass; address: GatewayAddress; left: GatewayAddress | null };
type Missing = Probe & { answer: GatewayAnswer | null };

/** Asks again and again for what is not served yet; what is missing in the end, or null. */
async function lookForAWhile(gateways: Gateways, probes: Probe[], signal: AbortSignal): Promise<Missing | null> {
  const until = performance.now() + LOOK_MS;
  let open = probes;
  for (;;) {
    const looked = await Promise.all(open.map((probe) => look(gateways, probe, signal)));
    const missing = looked.filter((each) => each !== null);
    const [first] = missing;
    if (first === undefined) return null;
    if (performance.now() > until) return first;
    open = missing;
    await delay(PAUSE_MS, undefined, { signal });
  }
}

async function look({ carrier, address, left }: Gateways, probe: Probe, signal: AbortSignal): Promise<Missing | null> {
  const answer = await askGateway(address, probe, { signal });
  if (isReached(carrier, answer)) return null;
  const before = answer && left ? await askGateway(left, probe, { signal }) : null;
  return serves(carrier, answer, before) ? null : { ...probe, answer };
}

function notServed(carrier: GatewayClass, { host, path, answer }: Missing): (Verdict & { is: "failed" })["error"] {
  const gateway = carrier === "istio" ? "Istio" : "Traefik";
  return {
    code: "unavailable",
    system: "kubernetes",
    message: answer
      ? `${gateway} does not serve ${host}${path}: it answers ${answer.status}.`
      : `${gateway} does not serve ${host}${path}: it does not answer.`,
    next: "The routes stay at the gateway where they were. Look at the other gateway and at its log, then move them again.",
  };
}
