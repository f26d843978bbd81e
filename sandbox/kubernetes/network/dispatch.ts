import { askPod } from "./ask-pod.ts";
import { byWeight, hashKeyOf, newCookie } from "./balance.ts";
import { type Call, failed, type Ground, interrupted, isStream, type Outcome } from "./call.ts";
import { type RateLimit, type Target } from "./plan.ts";
import { type Hashed, withRetries } from "./with-retries.ts";
import { type Flag } from "./words.ts";

/** Carries a plan out: limits, faults and own answers first, then a target by weight, one of its pods, and retries. */
export async function dispatch(call: Call, ground: Ground): Promise<Outcome> {
  const { plan, signal } = call;
  const { clock, limiter, view } = ground;
  const hits = (percent: number): boolean => clock.random() * 100 < percent;
  const bucketOf = (limit: RateLimit) => (limit.perClient ? { ...limit, key: `${limit.key} ${call.client}` } : limit);
  if (!plan.rateLimits.every((limit) => limiter.take(bucketOf(limit), clock.now()))) return failed("RL");
  const flags: Flag[] = [];
  if (plan.fault?.delay && hits(plan.fault.delay.percent)) {
    flags.push("DI");
    if (await interrupted(plan.fault.delay.ms, signal)) return { kind: "gone", flags };
  }
  if (plan.fault?.abort && hits(plan.fault.abort.percent))
    return { kind: "own", status: plan.fault.abort.status, body: "fault filter abort", flags: [...flags, "FI"] };
  if (plan.answer) return { kind: "own", ...plan.answer, flags };
  const target = byWeight(plan.targets, () => clock.random());
  if (target === undefined) return failed("NR");
  for (const mirror of plan.mirrors)
    if (hits(mirror.percent) && !isStream(call.body)) void shadow(call, { ...mirror.target, weight: 1 }, ground);
  const cluster = view.cluster(target, ground.withRules);
  if (cluster === undefined) return { ...failed("NC"), target };
  const cookie = newCookie(cluster.policy, call.request);
  const hashKey = cookie?.pair ?? hashKeyOf(cluster.policy, call.request, call.client);
  const outcome = await toCluster(call, target, { ...cluster, hashKey }, ground);
  const given = {
    ...target.responseHeaders,
    add: { ...target.responseHeaders?.add, "set-cookie": cookie?.header ?? "" },
  };
  return {
    ...outcome,
    flags: [...flags, ...outcome.flags],
    target: cookie === undefined ? target : { ...target, responseHeaders: given },
    cluster,
  };
}

async function toCluster(call: Call, target: Target, cluster: Hashed, ground: Ground): Promise<Outcome> {
  const { upstreams } = ground;
  const place = await upstreams.acquire(cluster);
  if (place === "overflow") return failed("UO");
  const outcome = await withRetries(call, target, cluster, ground);
  if (outcome.kind !== "answer") place.release();
  else (outcome.upgraded?.socket ?? outcome.answer).once("close", () => place.release());
  return outcome;
}

/** A copy that nobody waits for. Envoy tells it by the host's ending. */
async function shadow(call: Call, target: Target, ground: Ground): Promise<void> {
  const cluster = ground.view.cluster(target, ground.withRules);
  const backend = cluster && ground.upstreams.pick(cluster, []);
  if (cluster === undefined || backend === undefined) return;
  const host = String(call.headers.host ?? call.request.host).replace(/(:\d+)?$/, "-shadow$1");
  const copy = { ...call, headers: { ...call.headers, host }, signal: AbortSignal.timeout(SHADOW_MS) };
  const result = await askPod(copy, target, cluster, backend, { number: 1, timeoutMs: SHADOW_MS }, ground);
  if (result.kind === "answer") result.answer.resume();
}

const SHADOW_MS = 15_000;
