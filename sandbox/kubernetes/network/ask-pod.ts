import { type IncomingMessage } from "node:http";
import { type Attempt, attempt, type Head } from "./attempt.ts";
import { type Door } from "./authorization.ts";
import { type Backend } from "./backends.ts";
import { type Call, type Ground } from "./call.ts";
import { type Cluster } from "./clusters.ts";
import { edit } from "./headers.ts";
import { type Target } from "./plan.ts";

/** What came of asking a pod, or of not being let in. */
type Refusal = Exclude<Door, "open"> | "limited";
export type Reply = Attempt | { kind: Refusal };

/** What the called pod's sidecar then answers: RBAC's and the local rate limit filter's; a cut connection answers nothing. */
export const REFUSED: Record<Refusal, number> = { denied: 403, limited: 429, cut: 0 };

/** One request to one pod, counted as its sidecar would. */
export async function askPod(
  call: Call,
  target: Target,
  cluster: Cluster,
  backend: Backend,
  { number, timeoutMs }: { number: number; timeoutMs: number },
  ground: Ground,
): Promise<Reply> {
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
