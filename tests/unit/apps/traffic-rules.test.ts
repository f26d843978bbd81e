import { describe, expect, it } from "vitest";
import { type AppSettingsInput } from "#lib/apps/spec-schema";
import { wrong } from "./first-settings.ts";

const ROUTE = { host: "shop.test", path: "/", pathType: "prefix", port: 8080 };
const traffic = (rules: object, gatewayClass = "istio") => ({
  exposure: { gatewayClass, routes: [{ ...ROUTE, traffic: rules }] },
});
const PATH_REGEX = "exposure.routes.0.traffic.pathRegex";
const REDIRECT = { scheme: null, host: "new.test", path: null, status: 308 };
const edit = (action: string, name: string, value: string) => ({ side: "request", action, name, value });
const REFUSED: [string, Partial<Record<keyof AppSettingsInput, unknown>>, string, string][] = [
  [
    "rules of traffic that an Ingress has not",
    traffic({ timeoutMs: 500 }, "ingress"),
    "exposure.routes.0.traffic.timeoutMs",
    "traffic.istio-only",
  ],
  ...Object.entries({
    methods: ["GET"],
    headers: [{ name: "x-a", match: "exact", value: "yes" }],
    query: [{ name: "beta", match: "exact", value: "1" }],
    pathRegex: "[0-9]+",
    fault: { delay: null, abort: { percent: 1, status: 503 } },
    mirror: { service: "pay", port: 8080, percent: 1 },
  }).map(([field, rule]): (typeof REFUSED)[number] => [
    `${field} at an Ingress`,
    traffic({ [field]: rule }, "ingress"),
    `exposure.routes.0.traffic.${field}`,
    "traffic.istio-only",
  ]),
  [
    "retries that an Ingress has otherwise",
    traffic({ retries: { attempts: 1, perTryTimeoutMs: null, on: ["5xx"] } }, "ingress"),
    "exposure.routes.0.traffic.retries",
    "traffic.retries-connect",
  ],
  [
    "one more of a header at an Ingress",
    traffic({ headerEdits: [edit("add", "x-a", "1")] }, "ingress"),
    "exposure.routes.0.traffic.headerEdits",
    "traffic.sets-or-removes",
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
    "an over-long header",
    traffic({ headerEdits: [edit("set", "x-a", "a".repeat(1025))] }),
    "exposure.routes.0.traffic.headerEdits.0.value",
    "Too big: expected string to have <=1024 characters",
  ],
  [
    "a header of two lines",
    traffic({ headerEdits: [edit("set", "x-a", "a\r\nset-cookie: b")] }),
    "exposure.routes.0.traffic.headerEdits.0.value",
    "header.value",
  ],
  [
    "a header that frames the message",
    traffic({ headerEdits: [edit("remove", "content-length", "")] }),
    "exposure.routes.0.traffic.headerEdits.0.name",
    "header.fixed",
  ],
  [
    "a header that is set and removed",
    traffic({ headerEdits: [edit("set", "x-a", "1"), edit("remove", "x-a", "")] }),
    "exposure.routes.0.traffic.headerEdits.1.name",
    "duplicate",
  ],
  [
    "a limit that nobody would count",
    traffic({ rateLimit: { requests: 1, per: "second", burst: 1 } }),
    "exposure.routes.0.traffic.rateLimit",
    "traffic.limit-needs-mesh",
  ],
  [
    "a redirect to nowhere",
    traffic({ redirect: { ...REDIRECT, host: null } }),
    "exposure.routes.0.traffic.redirect.host",
    "redirect.nowhere",
  ],
  [
    "a redirect that comes back",
    traffic({ redirect: { ...REDIRECT, host: null, scheme: "https", path: "/below" } }),
    "exposure.routes.0.traffic.redirect.path",
    "redirect.comes-back",
  ],
  ...Object.entries({
    rewritePath: "/v2",
    timeoutMs: 500,
    retries: { attempts: 1, perTryTimeoutMs: null, on: ["5xx"] },
    fault: { delay: null, abort: { percent: 1, status: 503 } },
    mirror: { service: "pay", port: 8080, percent: 1 },
    rateLimit: { requests: 1, per: "second", burst: 1 },
  }).map(([field, rule]): (typeof REFUSED)[number] => [
    `${field} of a service that is never asked`,
    traffic({ redirect: REDIRECT, [field]: rule }),
    `exposure.routes.0.traffic.${field}`,
    "redirect.no-service",
  ]),
  [
    "a header for a service that is never asked",
    traffic({ redirect: REDIRECT, headerEdits: [edit("set", "x-a", "1")] }),
    "exposure.routes.0.traffic.headerEdits.0.side",
    "redirect.no-service",
  ],
  [
    "two conditions for one parameter",
    traffic({ query: ["1", "2"].map((value) => ({ name: "beta", match: "exact", value })) }),
    "exposure.routes.0.traffic.query.1.name",
    "duplicate",
  ],
  [
    "an expression for a parameter that RE2 has not",
    traffic({ query: [{ name: "beta", match: "regex", value: "(?=a)b" }] }),
    "exposure.routes.0.traffic.query.0.value",
    "regex.invalid",
  ],
  [
    "a parameter's value that addresses write otherwise",
    traffic({ query: [{ name: "beta", match: "exact", value: "a b" }] }),
    "exposure.routes.0.traffic.query.0.value",
    "query.value",
  ],
  ["an expression that begins with the path's slash", traffic({ pathRegex: "/v1" }), PATH_REGEX, "regex.slash"],
  ["an expression for a path that looks around", traffic({ pathRegex: "(?!admin).*" }), PATH_REGEX, "regex.invalid"],
  ["an expression for a path that never closes", traffic({ pathRegex: "a)|(b" }), PATH_REGEX, "regex.invalid"],
  ["an endless expression for a path", traffic({ pathRegex: "(a+)+".repeat(50) }), PATH_REGEX, "regex.long"],
  [
    "an expression below an exact path",
    { exposure: { gatewayClass: "istio", routes: [{ ...ROUTE, pathType: "exact", traffic: { pathRegex: "a" } }] } },
    PATH_REGEX,
    "traffic.regex-exact",
  ],
  [
    "a rewrite of what an expression matched",
    traffic({ pathRegex: "a", rewritePath: "/b" }),
    "exposure.routes.0.traffic.rewritePath",
    "traffic.regex-rewrite",
  ],
  [
    "a route that another one hides",
    { exposure: { gatewayClass: "ingress", routes: [ROUTE, ROUTE] } },
    "exposure.routes.1.path",
    "duplicate",
  ],
];

const header = (match: string, value: string) => ({ headers: [{ name: "x-a", match, value }] });
const beta = (value: string) => ({ query: [{ name: "beta", match: "exact", value }] });
const two = (first: object, second: object) => ({
  exposure: { gatewayClass: "istio", routes: [first, second].map((rules) => ({ ...ROUTE, traffic: rules })) },
});
const HIDDEN = ["exposure.routes.1.path", "traffic.hidden"];

describe("of two routes with one path", () => {
  it.each([
    ["its methods are among those of the first", two({ methods: ["GET", "POST"] }, { methods: ["POST"] })],
    ["its header begins as the first wants it", two(header("prefix", "a"), header("exact", "abc"))],
    [
      "it asks for as much, and for what the first does",
      two({ ...header("prefix", "a"), ...beta("1") }, { ...header("exact", "ab"), ...beta("1") }),
    ],
    [
      "it has the expression of the first",
      two({ pathRegex: "a+", methods: ["GET", "POST"] }, { pathRegex: "a+", methods: ["POST"] }),
    ],
    ["its header begins longer than the first wants it", two(header("prefix", "a"), header("prefix", "ab"))],
  ])("the second is hidden when %s", (_, change) => {
    expect(wrong(change)).toContainEqual(HIDDEN);
  });

  it.each([
    ["it asks for more: then it is asked first", two({}, header("exact", "a"))],
    ["it takes other requests too", two({ methods: ["GET"] }, { methods: ["GET", "POST"] })],
    ["it fits another expression", two({ pathRegex: "a" }, { pathRegex: "a+" })],
    ["it wants another value of the parameter", two(beta("1"), beta("2"))],
    ["it asks for a parameter, the first for a header", two(header("exact", "a"), beta("1"))],
    ["its header may begin otherwise", two(header("prefix", "ab"), header("prefix", "a"))],
    ["nobody can say what an expression takes", two(header("prefix", "a"), header("regex", "ab"))],
  ])("the second is not hidden when %s", (_, change) => {
    expect(wrong(change)).not.toContainEqual(HIDDEN);
  });
});

describe("rules of traffic", () => {
  it.each([
    [
      "sends those to https who come without",
      { redirect: { ...REDIRECT, scheme: "https", host: null }, timeoutMs: 500 },
    ],
    [
      "sends all to another host",
      { redirect: REDIRECT, headerEdits: [{ ...edit("set", "x-a", "50%"), side: "response" }] },
    ],
  ])("are taken when the route %s", (_, rules) => {
    expect(wrong(traffic(rules))).toEqual([]);
    expect(wrong(traffic({ ...rules, timeoutMs: null }, "ingress"))).toEqual([]);
  });

  it.each(REFUSED)("are refused for %s", (_, change, path, message) => {
    expect(wrong(change)).toContainEqual([path, message]);
  });
});
