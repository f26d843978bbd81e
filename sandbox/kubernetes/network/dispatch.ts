import { type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { type Attempt, attempt, type Body, type Head } from "./attempt.ts";
import { type Door } from "./authorization.ts";
import { type Backend } from "./backends.ts";
import { byWeight, hashKeyOf, newCookie } from "./balance.ts";
import { type Cluster } from "./clusters.ts";
import { edit, type Headers } from "./headers.ts";
import { type NetworkView } from "./network-view.ts";
import { type EdgeRequest, type Plan, type RateLimit, type Target } from "./plan.ts";
import { type RateLimiter } from "./rate-limiter.ts";
import { type Upstreams } from "./upstreams.ts";
import { type Failure, type Flag } from "./words.ts";
import { type Workload } from "./workloads.ts";

/** What a proxy needs beside a request. Time and chance come in from outside, so that tests can hold them. */
export type Ground = {
  view: NetworkView;
  upstreams: Upstreams;
  limiter: RateLimiter;
  /** Whether DestinationRules apply (Istio's proxies). */
  withRules: boolean;
  clock: { now(): number; random(): number };
  /** Who calls, as pods' sidecars know it; undefined for a caller without an identity of the mesh. */
  source(call: Call): Workload | undefined;
  /** Nothing stands between the caller and the pod: a connection that the pod does not take is the caller's own. */
  isDirect: boolean;
  /** A pod was asked and this came of it: what its sidecar would count. */
  reached(reach: Reach, call: Call): void;
};

export type Reach = { backend: Backend; target: Target; status: number; ms: number; bytes: Bytes };
export type Bytes = { sent: number; received: number };

/** What comes of a call: the proxy's own answer, or a pod's. The flags say why, as Envoy's access log does. */
export type Outcome = { flags: Flag[]; target?: Target; cluster?: Cluster; backend?: Backend } & (
  | { kind: "own"; status: number; headers?: Record<string, string>; body?: string }
  | { kind: "failure"; failure: Failure }
  | Extract<Attempt, { kind: "answer" }>
  | { kind: "gone" }
);

export type Call = {
  plan: Plan;
  request: EdgeRequest;
  client: string;
  headers: Headers;
  body: Body;
  signal: AbortSignal;
};

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

const failed = (failure: Failure, ...more: Flag[]): Outcome => ({
  kind: "failure",
  failure,
  flags: [failure, ...more],
});
const isStream = (body: Body): boolean => body !== undefined && !Buffer.isBuffer(body);

/** Whether the visitor left while we waited. */
const interrupted = (ms: number, signal: AbortSignal): Promise<boolean> =>
  wait(ms, false, { signal }).catch(() => true);

/** With what a consistent hash is taken of. */
type Hashed = Cluster & { hashKey: string | undefined };

async function toCluster(call: Call, target: Target, cluster: Hashed, ground: Ground): Promise<Outcome> {
  const { upstreams } = ground;
  const place = await upstreams.acquire(cluster);
  if (place === "overflow") return failed("UO");
  const outcome = await withRetries(call, target, cluster, ground);
  if (outcome.kind !== "answer") place.release();
  else (outcome.upgraded?.socket ?? outcome.answer).once("close", () => place.release());
  return outcome;
}

/** Envoy's back-off: exponential up to ten times its base, with full jitter. */
async function withRetries(call: Call, target: Target, cluster: Hashed, ground: Ground): Promise<Outcome> {
  const { retry, timeoutMs } = call.plan;
  const { clock, upstreams } = ground;
  const deadline = clock.now() + (timeoutMs ?? Infinity);
  const tried: Backend[] = [];
  for (let number = 1; ; number += 1) {
    const backend = upstreams.pick(cluster, tried, cluster.hashKey);
    if (backend === undefined) return failed("UH");
    tried.push(backend);
    const left = deadline - clock.now();
    if (left <= 0) return failed("UT");
    const limit = Math.min(left, retry.perTryTimeoutMs ?? Infinity);
    const result = await once(call, target, cluster, backend, { number, timeoutMs: limit }, ground);
    const spent = isStream(call.body) && result.kind !== "connect-failure";
    const another = !spent && wants(retry.on, result) && clock.now() < deadline;
    if (!another || number > retry.attempts) return endOf(result, backend, another && retry.attempts > 0, ground);
    if (result.kind === "answer") result.answer.resume();
    const ceiling = retry.backoffMs * Math.min(10, 2 ** number - 1);
    if (await interrupted(clock.random() * ceiling, call.signal)) return { kind: "gone", flags: ["DC"] };
  }
}

/** What came of asking a pod, or of not being let in. */
type Refusal = Exclude<Door, "open"> | "limited";
type Result = Attempt | { kind: Refusal };

/** What the called pod's sidecar then answers: RBAC's and the local rate limit filter's; a cut connection answers nothing. */
const REFUSED: Record<Refusal, number> = { denied: 403, limited: 429, cut: 0 };

function endOf(result: Result, backend: Backend, exhausted: boolean, { isDirect }: Ground): Outcome {
  const more: Flag[] = exhausted ? ["URX"] : [];
  switch (result.kind) {
    case "answer":
      return { ...result, backend, flags: more };
    case "connect-failure":
      return { ...failed("UF", ...more), backend };
    case "reset":
      return { ...failed("UC", ...more), backend };
    case "timeout":
      return { ...failed("UT", ...more), backend };
    case "gone":
      return { kind: "gone", flags: ["DC"], backend };
    case "denied":
      return { kind: "own", status: REFUSED.denied, body: "RBAC: access denied", flags: more, backend };
    case "limited":
      return { kind: "own", status: REFUSED.limited, body: "local_rate_limited", flags: more, backend };
    case "cut":
      return isDirect ? { kind: "gone", flags: ["DC"], backend } : { ...failed("UC", ...more), backend };
  }
}

/** Envoy's retry conditions (x-envoy-retry-on). */
function wants(conditions: string[], result: Result): boolean {
  const status = result.kind === "answer" ? (result.answer.statusCode ?? 0) : 0;
  const noAnswer = ["connect-failure", "reset", "timeout"].includes(result.kind);
  return conditions.some((condition) => {
    switch (condition) {
      case "5xx":
        return noAnswer || status >= 500;
      case "gateway-error":
        return noAnswer || [502, 503, 504].includes(status);
      case "reset":
        return noAnswer;
      case "connect-failure":
        return result.kind === "connect-failure";
      case "retriable-4xx":
        return status === 409;
      default:
        return condition === String(status);
    }
  });
}

async function once(
  call: Call,
  target: Target,
  cluster: Cluster,
  backend: Backend,
  { number, timeoutMs }: { number: number; timeoutMs: number },
  ground: Ground,
): Promise<Result> {
  const { clock, upstreams, reached } = ground;
  const { plan, request, headers, body, signal } = call;
  const head: Head = {
    method: request.method,
    path: plan.path,
    headers: edit({ ...headers, "x-envoy-attempt-count": String(number) }, [
      plan.authority === undefined ? undefined : { set: { host: plan.authority } },
      ...plan.requestHeaders,
      target.requestHeaders,
    ]),
  };
  const end = upstreams.begin(cluster, backend);
  const startedMs = clock.now();
  const door = doorAt(backend, call, head, ground);
  if (door !== "open") {
    const answered = REFUSED[door];
    reached({ backend, target, status: answered, ms: 0, bytes: { sent: 0, received: 0 } }, call);
    end(answered);
    return { kind: door };
  }
  let status = 0;
  const result = await attempt(backend, head, body, {
    timeoutMs: Number.isFinite(timeoutMs) ? timeoutMs : undefined,
    tls: cluster.policy.tls?.mode === "SIMPLE" ? { servername: cluster.policy.tls.sni ?? request.host } : undefined,
    signal,
    count: (bytes) => reached({ backend, target, status, ms: clock.now() - startedMs, bytes }, call),
  });
  if (result.kind === "answer") status = result.answer.statusCode ?? 0;
  const finish = (): void => end(result.kind === "answer" ? status : result.kind === "gone" ? 0 : 503);
  if (result.kind === "answer") whenOver(result, finish);
  else finish();
  return result;
}

/** Who comes is asked first, how often last, as in Istio's chain of filters. */
function doorAt(
  { pod, port }: Backend,
  call: Call,
  { headers }: Head,
  { view, source, clock }: Ground,
): "open" | Refusal {
  if (pod === undefined) return "open";
  const { plan, request } = call;
  const [path = ""] = plan.path.split("?", 1);
  const door = view.door(pod, {
    source: source(call),
    port,
    request: { method: request.method, path, host: request.host },
  });
  return door === "open" && !view.takes(pod, port, headers, clock.now()) ? "limited" : door;
}

function whenOver(
  { answer, upgraded }: { answer: IncomingMessage; upgraded?: { socket: NodeJS.EventEmitter } },
  then: () => void,
): void {
  (upgraded?.socket ?? answer).once("close", then);
}

/** A copy that nobody waits for. Envoy tells it by the host's ending. */
async function shadow(call: Call, target: Target, ground: Ground): Promise<void> {
  const cluster = ground.view.cluster(target, ground.withRules);
  const backend = cluster && ground.upstreams.pick(cluster, []);
  if (cluster === undefined || backend === undefined) return;
  const host = String(call.headers.host ?? call.request.host).replace(/(:\d+)?$/, "-shadow$1");
  const copy = { ...call, headers: { ...call.headers, host }, signal: AbortSignal.timeout(SHADOW_MS) };
  const result = await once(copy, target, cluster, backend, { number: 1, timeoutMs: SHADOW_MS }, ground);
  if (result.kind === "answer") result.answer.resume();
}

const SHADOW_MS = 15_000;
