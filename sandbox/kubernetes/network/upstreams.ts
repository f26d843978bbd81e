import { durationMs } from "../duration.ts";
import { type Backend } from "./backends.ts";
import { addressOf, choose } from "./balance.ts";
import { type Cluster } from "./clusters.ts";

type Host = { active: number; errors: number; gatewayErrors: number; ejectedUntil: number; ejections: number };
type State = { turn: number; active: number; waiting: (() => void)[]; hosts: Map<string, Host> };
type Clock = { now(): number; random(): number };

const DEFAULT_EJECTION_MS = 30_000;

/** What a proxy remembers of its clusters between requests: who is busy (connection pools), who was set aside (outliers). */
export class Upstreams {
  readonly #states = new Map<string, State>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for a place in the cluster's connection pool, in turn; "overflow" when too many wait already. Whoever got
   * one gives it back with `release`.
   */
  async acquire({ key, policy }: Cluster): Promise<"overflow" | { release(): void }> {
    const state = this.#of(key);
    const { tcp, http } = policy.connectionPool ?? {};
    // istiod reads 0 as "not said" (pilot/pkg/networking/core, applyConnectionPool).
    const places = tcp?.maxConnections || Infinity;
    if (state.active >= (http?.http2MaxRequests || Infinity)) return "overflow";
    if (state.active >= places && state.waiting.length >= (http?.http1MaxPendingRequests || Infinity))
      return "overflow";
    if (state.active >= places) await new Promise<void>((resolve) => state.waiting.push(resolve));
    else state.active += 1;
    // A place that is given back goes to whoever waits longest, without becoming free in between.
    const release = (): void => {
      const next = state.waiting.shift();
      if (next === undefined) state.active -= 1;
      else next();
    };
    return { release };
  }

  /** One of the cluster's pods that is not set aside; of those not tried yet where there are any. */
  pick({ key, endpoints, policy }: Cluster, tried: Backend[], hashKey?: string): Backend | undefined {
    const state = this.#of(key);
    const now = this.#clock.now();
    const healthy = endpoints.filter((each) => (state.hosts.get(addressOf(each))?.ejectedUntil ?? 0) <= now);
    const fresh = healthy.filter((each) => !tried.some((other) => addressOf(other) === addressOf(each)));
    state.turn += 1;
    return choose(fresh.length > 0 ? fresh : healthy, policy, {
      turn: state.turn,
      active: (each) => state.hosts.get(addressOf(each))?.active ?? 0,
      random: () => this.#clock.random(),
      hashKey,
    });
  }

  /** Counts a request at a pod; the result is called with the status that came of it: 503 for a broken connection, 0 when the visitor left. */
  begin({ key, endpoints, policy }: Cluster, backend: Backend): (status: number) => void {
    const state = this.#of(key);
    const host = hostIn(state, backend);
    host.active += 1;
    return (status) => {
      host.active -= 1;
      if (status === 0) return;
      host.errors = status >= 500 ? host.errors + 1 : 0;
      host.gatewayErrors = [502, 503, 504].includes(status) ? host.gatewayErrors + 1 : 0;
      const rules = policy.outlierDetection;
      if (rules === undefined) return;
      const tooMany =
        reaches(host.gatewayErrors, rules.consecutiveGatewayErrors ?? 0) ||
        reaches(host.errors, rules.consecutive5xxErrors ?? 5);
      if (tooMany && this.#mayEject(state, endpoints, rules.maxEjectionPercent ?? 10)) {
        host.ejections += 1;
        host.ejectedUntil =
          this.#clock.now() + (durationMs(rules.baseEjectionTime) ?? DEFAULT_EJECTION_MS) * host.ejections;
        host.errors = 0;
        host.gatewayErrors = 0;
      }
    };
  }

  /** One may always go, more only up to the percentage. */
  #mayEject(state: State, endpoints: Backend[], maxPercent: number): boolean {
    const now = this.#clock.now();
    const ejected = endpoints.filter((each) => (state.hosts.get(addressOf(each))?.ejectedUntil ?? 0) > now).length;
    return ejected === 0 || ((ejected + 1) * 100) / endpoints.length <= maxPercent;
  }

  #of(key: string): State {
    let state = this.#states.get(key);
    if (state === undefined) this.#states.set(key, (state = { turn: 0, active: 0, waiting: [], hosts: new Map() }));
    return state;
  }
}

/** 0 counts nothing (OutlierDetection: "can be disabled by setting the value to 0"). */
const reaches = (errors: number, most: number): boolean => most > 0 && errors >= most;

function hostIn({ hosts }: State, backend: Backend): Host {
  const key = addressOf(backend);
  let host = hosts.get(key);
  if (host === undefined)
    hosts.set(key, (host = { active: 0, errors: 0, gatewayErrors: 0, ejectedUntil: 0, ejections: 0 }));
  return host;
}
