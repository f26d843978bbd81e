import { askPod, REFUSED, type Reply } from "./ask-pod.ts";
import { type Backend } from "./backends.ts";
import { type Call, failed, type Ground, interrupted, isStream, type Outcome } from "./call.ts";
import { type Cluster } from "./clusters.ts";
import { type Target } from "./plan.ts";
import { type Flag } from "./words.ts";

/** With what a consistent hash is taken of. */
export type Hashed = Cluster & { hashKey: string | undefined };

/** Envoy's back-off: exponential up to ten times its base, with full jitter. */
export async function withRetries(call: Call, target: Target, cluster: Hashed, ground: Ground): Promise<Outcome> {
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
    const result = await askPod(call, target, cluster, backend, { number, timeoutMs: limit }, ground);
    const spent = isStream(call.body) && result.kind !== "connect-failure";
    const another = !spent && wants(retry.on, result) && clock.now() < deadline;
    if (!another || number > retry.attempts) return endOf(result, backend, another && retry.attempts > 0, ground);
    if (result.kind === "answer") result.answer.resume();
    const ceiling = retry.backoffMs * Math.min(10, 2 ** number - 1);
    if (await interrupted(clock.random() * ceiling, call.signal)) return { kind: "gone", flags: ["DC"] };
  }
}

function endOf(result: Reply, backend: Backend, exhausted: boolean, { isDirect }: Ground): Outcome {
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
function wants(conditions: string[], result: Reply): boolean {
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
