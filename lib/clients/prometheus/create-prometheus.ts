import "server-only";
import { requestJson } from "../http/request.ts";
import { type Fetch, type HttpTarget, withoutTrailingSlash } from "../http/target.ts";
import { type Prometheus } from "./client.ts";
import { instantReply, rangeReply } from "./replies.ts";

export type PrometheusConfig = { url: string; token?: string; fetch?: Fetch; random?: () => number };

/** The client of one Prometheus; `url` is what stands before `/api/v1`, a path prefix included. */
export function createPrometheus(config: PrometheusConfig): Prometheus {
  const { url, token, fetch = globalThis.fetch, random = Math.random } = config;
  const target: HttpTarget = {
    system: "prometheus",
    name: "Prometheus",
    baseUrl: withoutTrailingSlash(url),
    headers: token ? { authorization: `Bearer ${token}` } : {},
    secrets: token ? [token] : [],
    fetch,
    random,
  };
  const seconds = (ms: number): number => ms / 1000;
  const queryInstant: Prometheus["queryInstant"] = async (query, atMs, call) => {
    const ask = { ...call, path: "/api/v1/query", query: { query, time: seconds(atMs) } };
    return (await requestJson(target, ask, instantReply)).value;
  };
  return {
    queryInstant,
    async queryRange(query, { startMs, endMs, stepMs }, call) {
      const range = { start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) };
      const ask = { ...call, path: "/api/v1/query_range", query: { query, ...range } };
      return (await requestJson(target, ask, rangeReply)).value;
    },
    // Every server of this API answers a query; what it is built from only some tell.
    async ping(call) {
      const ask = { ...call, path: "/api/v1/query", query: { query: "vector(1)" } };
      await requestJson(target, ask, instantReply);
    },
  };
}
