import { describe, expect, it } from "vitest";
import { beyondReach, contradicted, ownHosts } from "#lib/apps/spec/egress-rules";
import { type ExternalHost, externalHostName, type SpecEgress } from "#lib/apps/spec/egress-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { shutCalls } from "#lib/releases/egress/shut-call-rules";
import { removedAfterRollout, renderManifests } from "#lib/releases/manifests";
import { widened } from "#lib/releases/manifests/egress";
import { specChanges } from "#lib/releases/preview/spec-diff-rules";
import { wrong } from "../apps/first-settings.ts";
import { plainSpec } from "./plain-spec.ts";

type Port = ExternalHost["ports"][number];
const port = (number: number, protocol: Port["protocol"], more: Partial<Port> = {}): Port => ({
  ...{ port: number, protocol, targetPort: null, originateTls: false },
  ...more,
});
const host = (name: string, ports: Port[], more: Partial<ExternalHost> = {}): ExternalHost => ({
  ...{ name, ports, addresses: [], timeoutMs: null, retries: null },
  ...more,
});
const to = (...hosts: ExternalHost[]): SpecEgress => ({ reach: "declared", hosts });

describe("a host outside", () => {
  it.each(["api.bank.example", "*.bank.example", "xn--bcher-kva.example", "a.b2", "8.example"])("may be %s", (name) => {
    expect(externalHostName.safeParse(name).success).toBe(true);
  });
  it.each([
    ...["bank", "192.0.2.7", "*.example.*", "*", "*.", "*example.com", "API.example", "a..b", ".a.b", "a.b."],
    ...["2001:db8::1", "a.7", "a_b.example", "-a.example", `${"a".repeat(64)}.example`, "a.example/x", "a.example:80"],
  ])("cannot be %s", (name) => {
    expect(externalHostName.safeParse(name).success).toBe(false);
  });
});

describe("calls to the outside", () => {
  const inside = { meshMode: "mesh", exposure: null };
  const tls = port(443, "tls");
  const http = port(80, "http");
  const retries = { attempts: 2, perTryTimeoutMs: 900, on: ["5xx"] as ["5xx"] };
  const first = "egress.hosts.0";
  const second = "egress.hosts.1";
  it.each<[string, object, string, string]>([
    ["outside of the mesh", { exposure: null, egress: to(host("a.example", [tls])) }, "egress", "egress.not-in-mesh"],
    ["that say nothing", { ...inside, egress: { reach: "anything", hosts: [] } }, "egress", "egress.empty"],
    [
      "that name a host twice",
      { ...inside, egress: to(host("a.example", [tls]), host("a.example", [tls])) },
      ...([`${second}.name`, "duplicate"] as const),
    ],
    [
      "to the cluster's own services",
      { ...inside, egress: to(host("pay.kepler-dev.svc.cluster.local", [http])) },
      ...([`${first}.name`, "egress.cluster-own"] as const),
    ],
    [
      "to Services in short",
      { ...inside, egress: to(host("*.kepler-dev.svc", [http])) },
      ...([`${first}.name`, "egress.cluster-own"] as const),
    ],
    [
      "to one port twice",
      { ...inside, egress: to(host("a.example", [tls, tls])) },
      ...([`${first}.ports.1.port`, "duplicate"] as const),
    ],
    [
      "to a port that bypasses the proxy",
      { ...inside, sidecar: { excludeOutboundPorts: [443] }, egress: to(host("a.example", [tls])) },
      ...([`${first}.ports.0.port`, "egress.bypassed"] as const),
    ],
    [
      "by TCP to a name",
      { ...inside, egress: to(host("a.example", [port(5432, "tcp")])) },
      ...([`${first}.ports.0.protocol`, "egress.tcp-by-name"] as const),
    ],
    [
      "with TLS twice",
      { ...inside, egress: to(host("a.example", [port(443, "tls", { originateTls: true })])) },
      ...([`${first}.ports.0.originateTls`, "egress.http-only"] as const),
    ],
    [
      "by two protocols at one port",
      { ...inside, egress: to(host("a.example", [port(443, "http")]), host("b.example", [tls])) },
      ...([`${second}.ports.0.port`, "egress.other-protocol"] as const),
    ],
    [
      "by TCP to one address of two hosts",
      {
        ...inside,
        egress: to(
          host("a.example", [port(5432, "tcp")], { addresses: ["192.0.2.7"] }),
          host("b.example", [port(5432, "tcp")], { addresses: ["192.0.2.7"] }),
        ),
      },
      ...([`${second}.ports.0.port`, "egress.same-address"] as const),
    ],
    [
      "with a timeout of what is no HTTP",
      { ...inside, egress: to(host("a.example", [tls], { timeoutMs: 100 })) },
      ...([`${first}.timeoutMs`, "egress.http-only"] as const),
    ],
    [
      "with a try that outlasts the answer",
      { ...inside, egress: to(host("a.example", [http], { timeoutMs: 100, retries })) },
      ...([`${first}.retries.perTryTimeoutMs`, "traffic.try-over-timeout"] as const),
    ],
    [
      "to many hosts within a time",
      { ...inside, egress: to(host("*.a.example", [http], { timeoutMs: 100 })) },
      ...([`${first}.timeoutMs`, "egress.not-for-many"] as const),
    ],
    [
      "to many hosts at one address",
      { ...inside, egress: to(host("*.a.example", [http], { addresses: ["192.0.2.7"] })) },
      ...([`${first}.addresses`, "egress.not-for-many"] as const),
    ],
    [
      "to an address that is none",
      { ...inside, egress: to(host("a.example", [http], { addresses: ["192.0.2.777"] })) },
      ...([`${first}.addresses.0`, "egress.address"] as const),
    ],
  ])("are refused %s", (_, change, path, message) => {
    expect(wrong(change)).toEqual([[path, message]]);
  });

  it.each<[string, SpecEgress]>([
    ["to nowhere", to()],
    ["to one host by all protocols", to(host("a.example", [http, tls, port(22, "tcp")], { addresses: ["192.0.2.7"] }))],
    ["to many hosts", to(host("*.a.example", [http, tls]))],
    [
      "by TCP beside another protocol at other addresses",
      to(host("a.example", [tls]), host("b.example", [port(443, "tcp")], { addresses: ["192.0.2.7"] })),
    ],
  ])("are taken %s", (_, egress) => {
    expect(wrong({ ...inside, egress })).toEqual([]);
  });
});

describe("calls held against what stands around the service", () => {
  const tls = port(443, "tls");
  const http = port(80, "http");
  it("are not outside where the environment or the cluster has the name", () => {
    const place = { domains: [{ name: "shop.test", below: true, tlsSecret: null }], namespaces: ["kepler-dev"] };
    const named = ["api.shop.test", "*.shop.test", "pay.kepler-dev", "pay.kepler-dev.example", "shop.example"];
    const all = to(...named.map((name) => host(name, [tls])));
    const found = (before: SpecEgress | null) => ownHosts(before, all, place).map(({ path }) => path[2]);
    expect(found(null)).toEqual([0, 1, 2]);
    expect(found(to(host("api.shop.test", [tls]))), "what it had before is not asked about").toEqual([1, 2]);
  });

  it("reach what is declared, and services of the cluster", () => {
    const hosts = ["elastic", "elastic.ops.svc", "es.ops.svc.cluster.local", "a.example", "x.b.example", "b.example"];
    const declared = to(host("a.example", [tls]), host("*.b.example", [tls]));
    expect(beyondReach(declared, [...hosts, "192.0.2.7"])).toEqual(["b.example", "192.0.2.7"]);
    expect(beyondReach({ ...declared, reach: "anything" }, hosts)).toEqual([]);
    expect(beyondReach(null, hosts)).toEqual([]);
  });

  it("are one thing for all services of an environment", () => {
    const beside = (...hosts: ExternalHost[]) => [{ app: "pay", egress: to(...hosts) }];
    const mine = to(host("a.example", [tls]), host("b.example", [port(8443, "http")]));
    expect(contradicted(mine, beside(host("a.example", [tls])))).toEqual([]);
    expect(contradicted(mine, beside(host("a.example", [tls, http])))).toMatchObject([
      { app: "pay", host: "a.example", path: ["egress", "hosts", 0, "name"] },
    ]);
    expect(contradicted(mine, beside(host("c.example", [port(8443, "tls")])))).toMatchObject([{ host: "b.example" }]);
  });
});

describe("objects of Istio", () => {
  const render = (egress: AppSpec["egress"]) =>
    renderManifests({
      ...{ app: { id: "a1", name: "shop" }, namespace: "kepler-dev", releaseNumber: 1, podRelease: 1 },
      spec: plainSpec({ meshMode: "mesh", egress }),
    });
  const of = (kind: string, egress: AppSpec["egress"]) => render(egress).filter((object) => object.kind === kind);
  const specs = (kind: string, egress: AppSpec["egress"]) => of(kind, egress).map(({ spec }) => spec);
  const exportTo = ["."];

  it("say of each host where it is found", () => {
    const external = { location: "MESH_EXTERNAL", exportTo };
    const hosts = [
      host("a.example", [port(443, "tls")]),
      host("b.example", [port(80, "http", { targetPort: 8080 })], { addresses: ["192.0.2.7"] }),
      host("c.example", [port(5432, "tcp")], { addresses: ["192.0.2.8"] }),
      host("*.d.example", [port(80, "http")]),
    ];
    expect(specs("ServiceEntry", to(...hosts))).toEqual([
      {
        ...external,
        ...{ hosts: ["a.example"], ports: [{ number: 443, name: "tls-443", protocol: "TLS" }], resolution: "DNS" },
      },
      {
        ...external,
        hosts: ["b.example"],
        ports: [{ number: 80, name: "http-80", protocol: "HTTP", targetPort: 8080 }],
        ...{ resolution: "STATIC", endpoints: [{ address: "192.0.2.7" }] },
      },
      {
        ...external,
        ...{ hosts: ["c.example"], ports: [{ number: 5432, name: "tcp-5432", protocol: "TCP" }] },
        ...{ addresses: ["192.0.2.8"], resolution: "STATIC", endpoints: [{ address: "192.0.2.8" }] },
      },
      {
        ...external,
        ...{ hosts: ["*.d.example"], ports: [{ number: 80, name: "http-80", protocol: "HTTP" }], resolution: "NONE" },
      },
    ]);
  });

  it("treat calls by HTTP, begin TLS before the entry leads there, and come before pods", () => {
    const treated = host("a.example", [port(80, "http", { targetPort: 443, originateTls: true })], {
      timeoutMs: 2000,
      retries: { attempts: 1, perTryTimeoutMs: null, on: ["5xx"] },
    });
    const objects = render(to(treated));
    const kinds = objects.map(({ kind }) => kind);
    expect(kinds.slice(kinds.indexOf("DestinationRule"), kinds.indexOf("DestinationRule") + 4)).toEqual([
      ...["DestinationRule", "ServiceEntry", "VirtualService", "Sidecar"],
    ]);
    expect(kinds.indexOf("Sidecar")).toBeLessThan(kinds.indexOf("Deployment"));
    const trafficPolicy = {
      portLevelSettings: [{ port: { number: 80 }, tls: { mode: "SIMPLE", sni: "a.example" } }],
    };
    expect(specs("DestinationRule", to(treated))).toEqual([{ host: "a.example", trafficPolicy, exportTo }]);
    expect(specs("VirtualService", to(treated))).toEqual([
      {
        ...{ hosts: ["a.example"], gateways: ["mesh"], exportTo },
        http: [
          {
            match: [{ port: 80 }],
            timeout: "2000ms",
            retries: { attempts: 1, retryOn: "5xx" },
            route: [{ destination: { host: "a.example", port: { number: 80 } } }],
          },
        ],
      },
    ]);
    const names = objects.filter(({ metadata }) => metadata.name.startsWith("shop-to-")).map((o) => o.metadata.name);
    expect(new Set(names).size).toBe(1);
  });

  it("let through the cluster's services and what is declared, or are not there", () => {
    const declared = to(host("a.example", [port(443, "tls")]), host("*.b.example", [port(443, "tls")]));
    expect(specs("Sidecar", declared)).toEqual([
      {
        workloadSelector: { labels: { "kepler.dev/app": "a1" } },
        egress: [{ hosts: ["*/*.svc.cluster.local", "./a.example", "./*.b.example"] }],
        outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      },
    ]);
    expect(of("Sidecar", { ...declared, reach: "anything" })).toEqual([]);
    expect(of("ServiceEntry", null)).toEqual([]);
    expect(removedAfterRollout("ServiceEntry")).toBe(true);
  });

  it("let through both while one takes the other's place", () => {
    const sidecar = (...names: string[]) => {
      const [found] = of("Sidecar", to(...names.map((name) => host(name, [port(443, "tls")]))));
      if (!found) throw new Error("no Sidecar");
      return found;
    };
    const both = widened(sidecar("a.example", "b.example"), sidecar("c.example", "a.example"));
    const all = ["*/*.svc.cluster.local", "./a.example", "./b.example", "./c.example"];
    expect(both.spec).toMatchObject({ egress: [{ hosts: all }], outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } });
    expect(widened(sidecar("a.example"), null)).toEqual(sidecar("a.example"));
    expect(widened(sidecar("a.example"), { spec: { egress: "?" } })).toEqual(sidecar("a.example"));
  });
});

describe("hosts that were called", () => {
  const meshed = plainSpec({ meshMode: "mesh" });
  const told = (egress: AppSpec["egress"], called: (string | null)[] | null, before: AppSpec | null = meshed) =>
    shutCalls({ before, after: { ...meshed, egress }, called }).map(({ error }) => error.message);
  const declared = to(host("a.example", [port(443, "tls")]), host("*.b.example", [port(443, "tls")]));

  it("and could not be any more are named, unless nothing changes for them", () => {
    expect(told(declared, ["a.example", "x.b.example"])).toEqual([]);
    expect(told(declared, ["a.example", "c.example", "x.a.example"])).toEqual([
      "It called these in the last hour and could not any more: c.example, x.a.example.",
    ]);
    expect(told({ ...declared, reach: "anything" }, ["c.example"])).toEqual([]);
    expect(told(declared, ["c.example"], { ...meshed, egress: declared })).toEqual([]);
    expect(told(declared, ["c.example"], null)).toEqual([]);
  });

  it("but could not be seen or counted are told of as such", () => {
    expect(told(declared, [null])).toEqual([
      "It also called hosts in the last hour whose names the proxy did not see.",
    ]);
    expect(told(declared, null)).toEqual([
      "Where it called in the last hour is not known: Prometheus could not be asked.",
    ]);
    expect(told(declared, [], plainSpec())).toEqual([
      "Where it calls is not counted yet: it is not in the mesh itself.",
    ]);
  });
});

it("changes of hosts outside are told one by one", () => {
  const spec = (egress: AppSpec["egress"]) => plainSpec({ meshMode: "mesh", egress });
  const before = to(host("a.example", [port(443, "tls")]), host("b.example", [port(80, "http")]));
  const after = to(
    host("a.example", [port(80, "http", { targetPort: 443, originateTls: true })], {
      ...{ addresses: ["192.0.2.7"], timeoutMs: 500 },
    }),
  );
  expect(specChanges(spec(before), spec({ ...after, reach: "anything" }))).toEqual([
    { field: "reach", before: "declared", after: "anything" },
    {
      field: "external",
      before: "a.example tls 443",
      after: "a.example http 80 → 443 TLS, 192.0.2.7, timeout 500 ms",
    },
    { field: "external", before: "b.example http 80", after: null },
  ]);
  expect(specChanges(spec(null), spec(to()))).toEqual([{ field: "reach", before: "anything", after: "declared" }]);
  expect(specChanges(spec({ ...before, reach: "anything" }), spec(null)).map(({ field }) => field)).toEqual([
    ...["external", "external"],
  ]);
});
