import { describe, expect, it } from "vitest";
import { type AppSettingsInput } from "#lib/apps/spec-schema";
import { wrong } from "./first-settings.ts";

const ROUTE = { host: "shop.test", path: "/", pathType: "prefix", port: 8080 };
const traffic = (rules: object, gatewayClass = "istio") => ({
  exposure: { gatewayClass, routes: [{ ...ROUTE, traffic: rules }] },
});
const REFUSED: [string, Partial<Record<keyof AppSettingsInput, unknown>>, string, string][] = [
  [
    "rules of traffic that an Ingress has not",
    traffic({}, "ingress"),
    "exposure.routes.0.traffic",
    "traffic.istio-only",
  ],
  [
    "an expression with a look-around",
    traffic({ headers: [{ name: "x-a", match: "regex", value: "(?=a)b" }] }),
    "exposure.routes.0.traffic.headers.0.value",
    "regex.invalid",
  ],
  [
    "two conditions for one header",
    traffic({ headers: ["yes", "no"].map((value) => ({ name: "x-a", match: "exact", value })) }),
    "exposure.routes.0.traffic.headers.1.name",
    "duplicate",
  ],
  [
    "an endless expression",
    traffic({ headers: [{ name: "x-a", match: "regex", value: "(a+)+".repeat(50) }] }),
    "exposure.routes.0.traffic.headers.0.value",
    "regex.long",
  ],
  [
    "a try that is longer than the answer",
    traffic({ timeoutMs: 100, retries: { attempts: 1, perTryTimeoutMs: 200, on: ["5xx"] } }),
    "exposure.routes.0.traffic.retries.perTryTimeoutMs",
    "traffic.try-over-timeout",
  ],
  [
    "credentials for everybody",
    traffic({ cors: { origins: ["*"], methods: ["GET"], headers: [], credentials: true, maxAgeSeconds: 0 } }),
    "exposure.routes.0.traffic.cors.origins",
    "cors.any-with-credentials",
  ],
  [
    "a route that another one hides",
    { exposure: { gatewayClass: "ingress", routes: [ROUTE, ROUTE] } },
    "exposure.routes.1.path",
    "duplicate",
  ],
];

const header = (match: string, value: string) => ({ headers: [{ name: "x-a", match, value }] });
const two = (first: object, second: object) => ({
  exposure: { gatewayClass: "istio", routes: [first, second].map((rules) => ({ ...ROUTE, traffic: rules })) },
});
const HIDDEN = ["exposure.routes.1.path", "traffic.hidden"];

describe("of two routes with one path", () => {
  it.each([
    ["its methods are among those of the first", two({ methods: ["GET", "POST"] }, { methods: ["POST"] })],
    ["its header begins as the first wants it", two(header("prefix", "a"), header("exact", "abc"))],
    ["its header begins longer than the first wants it", two(header("prefix", "a"), header("prefix", "ab"))],
  ])("the second is hidden when %s", (_, change) => {
    expect(wrong(change)).toContainEqual(HIDDEN);
  });

  it.each([
    ["it asks for more: then it is asked first", two({}, header("exact", "a"))],
    ["it takes other requests too", two({ methods: ["GET"] }, { methods: ["GET", "POST"] })],
    ["its header may begin otherwise", two(header("prefix", "ab"), header("prefix", "a"))],
    ["nobody can say what an expression takes", two(header("prefix", "a"), header("regex", "ab"))],
  ])("the second is not hidden when %s", (_, change) => {
    expect(wrong(change)).not.toContainEqual(HIDDEN);
  });
});

describe("rules of traffic", () => {
  it.each(REFUSED)("are refused for %s", (_, change, path, message) => {
    expect(wrong(change)).toContainEqual([path, message]);
  });
});
