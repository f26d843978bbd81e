import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { externalHost } from "#lib/apps/spec/egress-schema";
import { appSpec } from "#lib/apps/spec-schema";
import { type Calls, NO_CALLS, type TopologyFacts, topologyOf } from "#lib/topology/topology-rules";
import { PLAIN_SETTINGS } from "#tests/world/plain-settings";
import { type Box, layoutOf } from "../../../components/topology/layout-rules.ts";

const NOW = new Date("2026-05-04T10:00:00Z");
const spec = appSpec.parse({
  ...PLAIN_SETTINGS,
  replicas: 2,
  image: { repository: "registry/shop", digest: `sha256:${"0".repeat(64)}` },
});
const pod = (name: string, ready = true, status = "Running", meshProxy: string | null = null) => ({
  ...{ name, ready, status, meshProxy, track: null },
  createdAt: NOW,
});
const calls = (change: Partial<Calls>): Calls => ({ ...NO_CALLS, ...change });
const figures = { perSecond: 3, errorShare: 0, p95Ms: 12 };
const facts = (change: Partial<TopologyFacts> = {}, settings: Partial<typeof spec> = {}): TopologyFacts => ({
  app: { name: "shop" },
  domain: "dev.localhost:7105",
  release: { number: 3, endedAt: NOW, spec: { ...spec, ...settings } },
  pods: [pod("shop-1"), pod("shop-2")],
  hasWorkload: true,
  cluster: "up",
  seenAt: NOW,
  calls: NO_CALLS,
  trial: null,
  now: NOW,
  ...change,
});
const drawn = (given: TopologyFacts) =>
  topologyOf(given).columns.map(({ key, nodes }) => [key, nodes.map(({ name, state }) => `${name} ${state}`)]);

const route = { host: "shop.dev.localhost", path: "/", pathType: "prefix" as const, port: 8080 };
const exposure = { gatewayClass: "istio" as const, routes: [route] };

describe("a service as a picture", () => {
  it("shows a wildcard, which cannot be opened", () => {
    const wild = { ...exposure, routes: [route, { ...route, host: "*.shop.localhost" }] };
    const [, routes] = topologyOf(facts({}, { exposure: wild })).columns;
    expect(routes?.nodes.map(({ name, url }) => [name, url !== null])).toEqual([
      ["shop.dev.localhost:7105", true],
      ["*.shop.localhost:7105", false],
    ]);
  });

  it("goes from its visitors over route and mesh to its pods and what they use", () => {
    const given = facts(
      {
        pods: [pod("shop-1", true, "Running", "1.29.1"), pod("shop-2", false, "CrashLoopBackOff")],
        calls: calls({
          stable: { ...figures, errorShare: 0.1 },
          inMesh: figures,
          callees: [
            { ...figures, service: "cart", isOurs: true },
            { ...figures, service: "mail.ops", errorShare: 0.6, isOurs: false },
          ],
        }),
      },
      {
        exposure,
        meshMode: "mesh",
        volumes: [
          { type: "claim", name: "data", mountPath: "/data", claimName: "shop-data", subPath: null, readOnly: false },
        ],
      },
    );
    expect(drawn(given)).toEqual([
      ["edge", ["istio warn"]],
      ["routes", ["shop.dev.localhost:7105 applied"]],
      ["mesh", ["Istio warn"]],
      ["pods", ["shop-2 fail", "shop-1 ok"]],
      ["uses", ["shop-data applied", "cart ok", "mail.ops fail"]],
    ]);
  });

  it("parts into what runs and what is on trial, each with its share, its calls and its pods", () => {
    const given = facts(
      {
        pods: [{ ...pod("shop-canary-5c8d7-fghij"), track: "canary" }, pod("shop-7d9f5-abcde")],
        trial: { number: 4, weight: 10 },
        calls: calls({
          stable: { perSecond: 9, errorShare: 0, p95Ms: 10 },
          canary: { perSecond: 1, errorShare: 1, p95Ms: 90 },
        }),
      },
      { exposure },
    );
    const { columns } = topologyOf(given);
    const of = (key: string) => columns.find((column) => column.key === key)?.nodes;
    expect(of("edge")).toMatchObject([{ state: "warn", calls: { perSecond: 10, errorShare: 0.1, p95Ms: null } }]);
    expect(of("subsets")).toMatchObject([
      { name: "3", subset: "stable", share: 90, state: "ok", calls: { perSecond: 9 } },
      { name: "4", subset: "canary", share: 10, state: "fail", calls: { perSecond: 1 } },
    ]);
    expect(of("pods")?.map(({ subset }) => subset)).toEqual(["stable", "canary"]);
  });

  it("begins inside the cluster where it is not exposed", () => {
    expect(drawn(facts())[0]).toEqual(["routes", ["shop:8080 applied"]]);
  });

  it("is nothing before the first release", () => {
    expect(drawn(facts({ release: null }))).toEqual([]);
  });

  it("knows nothing of a cluster that does not answer, and tells that from a workload that is gone", () => {
    const away = topologyOf(facts({ cluster: "down" }));
    expect(away.isReachable).toBe(false);
    expect(away.columns.flatMap(({ nodes }) => nodes.map(({ state }) => state))).toEqual([
      "unknown",
      "unknown",
      "unknown",
    ]);
    expect(drawn(facts({ cluster: null, hasWorkload: false, pods: [] }))).toEqual([["routes", ["shop:8080 unknown"]]]);
    expect(drawn(facts({ hasWorkload: false, pods: [] }))).toEqual([["routes", ["shop:8080 gone"]]]);
  });

  it("shows of many pods those that do not serve, and how many more there are", () => {
    const pods = Array.from({ length: 500 }, (_, index) => pod(`shop-${index}`, index !== 400, "Running"));
    const column = topologyOf(facts({ pods })).columns.find(({ key }) => key === "pods");
    expect(column?.nodes[0]).toMatchObject({ name: "shop-400", state: "working" });
    expect([column?.nodes.length, column?.hidden]).toEqual([5, 495]);
  });

  it("has hosts outside that are declared, called or not, each once", () => {
    const host = (name: string) => externalHost.parse({ name, ports: [{ port: 443, protocol: "tls" }] });
    const given = facts(
      { calls: calls({ callees: [{ ...figures, service: "b.example", errorShare: 0.6, isOurs: false }] }) },
      { meshMode: "mesh", egress: { reach: "declared", hosts: [host("a.example"), host("b.example")] } },
    );
    expect(drawn(given).at(-1)).toEqual(["uses", ["a.example applied", "b.example fail"]]);
  });

  it("says when nobody could tell who calls it, and whom it calls", () => {
    expect(topologyOf(facts({ calls: null }, { exposure }))).toMatchObject({ knowsCalls: false });
  });
});

describe("where its nodes lie", () => {
  const column = fc.array(fc.constantFrom(44, 60), { minLength: 1, maxLength: 6 });
  const columns = fc.array(column, { minLength: 1, maxLength: 6 });
  const apart = (a: Box, b: Box) =>
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

  it("is within the room that there is, and never on each other", () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 280, max: 2000 }), (heights, width) => {
        const { boxes, height } = layoutOf(heights, width);
        const all = boxes.flat();
        expect(boxes.map((own) => own.map((box) => box.height))).toEqual(heights);
        for (const box of all) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(width + 1e-6);
          expect(box.y + box.height).toBeLessThanOrEqual(height + 1e-6);
          expect(box.width).toBeGreaterThanOrEqual(132);
        }
        all.forEach((a, index) => all.slice(index + 1).forEach((b) => expect(apart(a, b)).toBe(true)));
      }),
    );
  });

  it("is side by side on a desk and one below the other on a phone", () => {
    const heights = [[60], [44], [44], [44, 44], [44, 44, 44]];
    expect(layoutOf(heights, 1100)).toMatchObject({ isNarrow: false, height: 148 });
    const phone = layoutOf(heights, 326);
    expect(phone.isNarrow).toBe(true);
    expect(new Set(phone.boxes.flat().map(({ x, width }) => `${x} ${width}`))).toEqual(new Set(["0 326"]));
    expect(phone.paths).toHaveLength(4);
  });

  it("joins each with each of the next column, but for those that are told apart", () => {
    const joined = layoutOf(
      [
        [60, 60],
        [44, 44],
      ],
      1100,
      (_, row, next) => row === next,
    );
    expect(joined.paths).toHaveLength(2);
    expect(
      layoutOf(
        [
          [60, 60],
          [44, 44],
        ],
        1100,
      ).paths,
    ).toHaveLength(4);
  });
});
