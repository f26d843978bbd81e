import { createHash, randomUUID } from "node:crypto";
import { durationMs } from "../duration.ts";
import { type Backend } from "./backends.ts";
import { type TrafficPolicy } from "./istio-objects.ts";
import { type EdgeRequest } from "./plan.ts";

export const addressOf = ({ host, port }: Backend): string => `${host}:${port}`;

export type Situation = {
  /** Counts the requests to this cluster. */
  turn: number;
  active(backend: Backend): number;
  random(): number;
  /** What a consistent hash is taken of; undefined when the request has none of it. */
  hashKey?: string;
};

/** Chooses by the policy: Istio's default is the less busy of two at random. */
export function choose(candidates: Backend[], policy: TrafficPolicy, now: Situation): Backend | undefined {
  const atRandom = (): Backend | undefined => candidates[Math.floor(now.random() * candidates.length)];
  if (policy.loadBalancer?.consistentHash)
    return now.hashKey === undefined ? atRandom() : heaviest(candidates, now.hashKey);
  switch (policy.loadBalancer?.simple) {
    case "ROUND_ROBIN":
      return candidates[now.turn % candidates.length];
    case "RANDOM":
      return atRandom();
    default: {
      const [a, b] = [atRandom(), atRandom()];
      return a && b && now.active(b) < now.active(a) ? b : a;
    }
  }
}

/** Rendezvous hashing: a key keeps its pod while that pod is there, whoever else comes or goes. */
function heaviest(candidates: Backend[], key: string): Backend | undefined {
  const weight = (backend: Backend): string =>
    createHash("sha1")
      .update(`${addressOf(backend)} ${key}`)
      .digest("hex");
  return candidates
    .map((backend) => ({ backend, weight: weight(backend) }))
    .sort((a, b) => (a.weight < b.weight ? 1 : -1))[0]?.backend;
}

export function hashKeyOf(policy: TrafficPolicy, request: EdgeRequest, client: string): string | undefined {
  const hash = policy.loadBalancer?.consistentHash;
  if (hash?.httpHeaderName !== undefined) return request.headers[hash.httpHeaderName.toLowerCase()];
  if (hash?.httpQueryParameterName !== undefined)
    return new URLSearchParams(request.search).get(hash.httpQueryParameterName) ?? undefined;
  if (hash?.httpCookie) {
    const cookies = (request.headers.cookie ?? "").split(/;\s*/);
    return cookies.find((each) => each.startsWith(`${hash.httpCookie?.name}=`));
  }
  return hash?.useSourceIp === true ? client : undefined;
}

/** Who has not got the policy's cookie is given it with the answer, and is already hashed by it (Envoy, hash policy with a ttl). */
export function newCookie(policy: TrafficPolicy, request: EdgeRequest): { pair: string; header: string } | undefined {
  const cookie = policy.loadBalancer?.consistentHash?.httpCookie;
  if (cookie?.ttl === undefined || hashKeyOf(policy, request, "") !== undefined) return undefined;
  const pair = `${cookie.name}=${randomUUID()}`;
  const seconds = Math.round((durationMs(cookie.ttl) ?? 0) / 1000);
  const parts = [pair, seconds > 0 && `Max-Age=${seconds}`, cookie.path && `Path=${cookie.path}`, "HttpOnly"];
  return { pair, header: parts.filter(Boolean).join("; ") };
}

/** Picks one by weight; undefined when all weigh nothing. */
export function byWeight<T extends { weight: number }>(all: T[], random: () => number): T | undefined {
  let left = random() * all.reduce((sum, { weight }) => sum + weight, 0);
  return all.find(({ weight }) => {
    left -= weight;
    return weight > 0 && left < 0;
  });
}
