import { setTimeout as wait } from "node:timers/promises";
import { type Attempt, type Body } from "./attempt.ts";
import { type Backend } from "./backends.ts";
import { type Cluster } from "./clusters.ts";
import { type Headers } from "./headers.ts";
import { type NetworkView } from "./network-view.ts";
import { type EdgeRequest, type Plan, type Target } from "./plan.ts";
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

export const failed = (failure: Failure, ...more: Flag[]): Outcome => ({
  kind: "failure",
  failure,
  flags: [failure, ...more],
});
export const isStream = (body: Body): boolean => body !== undefined && !Buffer.isBuffer(body);

/** Whether the visitor left while we waited. */
export const interrupted = (ms: number, signal: AbortSignal): Promise<boolean> =>
  wait(ms, false, { signal }).catch(() => true);
