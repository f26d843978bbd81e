import { type Headers } from "./headers.ts";

/** Why a proxy answered instead of a pod: Envoy's response flags (envoyproxy.io, access log, %RESPONSE_FLAGS%). */
export type Flag = "NR" | "NC" | "UH" | "UF" | "UC" | "UT" | "UO" | "RL" | "FI" | "DI" | "URX" | "DC";
export type Failure = Exclude<Flag, "FI" | "DI" | "URX" | "DC">;

type Sentence = { status: number; body: string; headers?: Headers };
/** How a proxy says what went wrong, and what it adds to every answer. */
export type Words = { failures: Record<Failure, Sentence>; server?: string };

const RESET = "upstream connect error or disconnect/reset before headers. reset reason: ";

export const ENVOY: Words = {
  server: "istio-envoy",
  failures: {
    NR: { status: 404, body: "" },
    NC: { status: 503, body: "" },
    UH: { status: 503, body: "no healthy upstream" },
    UF: {
      status: 503,
      body: `${RESET}remote connection failure, transport failure reason: delayed connect error: Connection refused`,
    },
    UC: { status: 503, body: `${RESET}connection termination` },
    UT: { status: 504, body: "upstream request timeout" },
    UO: { status: 503, body: `${RESET}overflow`, headers: { "x-envoy-overloaded": "true" } },
    RL: { status: 429, body: "local_rate_limited" },
  },
};

const NOT_FOUND: Sentence = {
  status: 404,
  body: "404 page not found\n",
  headers: { "x-content-type-options": "nosniff" },
};

export const TRAEFIK: Words = {
  failures: {
    NR: NOT_FOUND,
    // A router whose Service is not there is left out of the table.
    NC: NOT_FOUND,
    UH: { status: 503, body: "no available server\n" },
    UF: { status: 502, body: "Bad Gateway" },
    UC: { status: 502, body: "Bad Gateway" },
    UT: { status: 504, body: "Gateway Timeout" },
    UO: { status: 503, body: "Service Unavailable" },
    RL: { status: 429, body: "Too Many Requests", headers: { "retry-after": "1" } },
  },
};
