import { describe, expect, it } from "vitest";
import { type FoundCall } from "#lib/metrics/call-rules";
import { type CallsFacts, callsOf } from "#lib/topology/calls-rules";
import { layoutOfCalls } from "../../../components/topology/calls-layout-rules.ts";

const figures = { perSecond: 2, errorShare: 0, p95Ms: 12 };
const call = (from: string, to: string, change: Partial<FoundCall> = {}): FoundCall => ({
  ...figures,
  from: { workload: from, namespace: from === "unknown" ? "unknown" : "dev" },
  to: { service: to, namespace: "dev" },
  ...change,
});
const facts = (change: Partial<CallsFacts>): CallsFacts => ({
  ...{ namespace: "dev", mesh: [], traefik: [], services: ["shop", "shop-api", "stock"] },
  visible: new Set(["shop", "shop-api", "stock"]),
  ...change,
});
const words = ({ nodes, edges }: ReturnType<typeof callsOf>) => {
  const name = new Map(nodes.map(({ id, kind, name, app }) => [id, `${kind} ${name}${app === null ? "*" : ""}`]));
  return edges.map(({ from, to }) => `${name.get(from)} > ${name.get(to)}`);
};

describe("who calls whom", () => {
  it("tells services, gateways, callers without a proxy and what is outside apart", () => {
    const mesh = [
      call("shop", "stock"),
      call("unknown", "shop"),
      call("istio-ingressgateway", "shop", { from: { workload: "istio-ingressgateway", namespace: "istio-system" } }),
      call("shop", "mail", { to: { service: "mail", namespace: "tools" } }),
      call("shop", "api.partner.example", { to: { service: "api.partner.example", namespace: "unknown" } }),
      call("shop", "unknown", { to: { service: "unknown", namespace: "unknown" } }),
    ];
    expect(words(callsOf(facts({ mesh })))).toEqual([
      "service shop > service stock",
      "unmeshed * > service shop",
      "istio * > service shop",
      "service shop > outside mail.tools*",
      "service shop > outside api.partner.example*",
      "service shop > outside unknown*",
    ]);
  });

  it("knows a service's canary for its own, and for nobody who may not see the service", () => {
    const gateway = { workload: "istio-ingressgateway", namespace: "istio-system" };
    const mesh = [call("", "shop-canary", { from: gateway })];
    const { nodes } = callsOf(facts({ mesh }));
    expect(nodes.find(({ name }) => name === "shop-canary")).toMatchObject({ kind: "service", app: "shop" });
    expect(callsOf(facts({ mesh, visible: new Set(["stock"]) })).nodes).toEqual([]);
  });

  it("reads whose port Traefik means, also where one name begins as another does", () => {
    const traefik = ["dev-shop-api-8080@kubernetes", "dev-shop-http@kubernetes", "dev-gone-80@kubernetes"];
    const found = callsOf(facts({ traefik: traefik.map((service) => ({ ...figures, service })) }));
    expect(words(found)).toEqual(["traefik * > service shop-api", "traefik * > service shop"]);
  });

  it("tells a person nothing of calls between services of others, and gives no link to the other end of theirs", () => {
    const mesh = [call("shop", "stock"), call("stock", "shop-api")];
    expect(words(callsOf(facts({ mesh, visible: new Set(["shop"]) })))).toEqual(["service shop > service stock*"]);
  });

  it("keeps the busiest where there are too many to draw, and says how many are not", () => {
    const services = Array.from({ length: 70 }, (_, index) => `s${index}`);
    const mesh = services.map((name, index) => call("shop", name, { perSecond: index + 1 }));
    const found = callsOf(facts({ mesh, services: [...services, "shop"], visible: new Set(["shop"]) }));
    expect(found.edges).toHaveLength(60);
    expect(found.hidden).toBe(10);
    expect(found.edges[0]?.perSecond).toBe(70);
  });

  it.each([
    [0, "ok"],
    [0.05, "warn"],
    [0.5, "fail"],
  ])("of which the share %s failed are shown as %s", (errorShare, state) => {
    expect(callsOf(facts({ mesh: [call("shop", "stock", { errorShare })] })).edges[0]?.state).toBe(state);
  });
});

describe("the picture of calls", () => {
  it("lays no box over another and no words over a box, also around a circle and a call of itself", () => {
    const names = ["istio", "shop", "shop-api", "stock", "mail", "far"];
    const pairs = ["01", "02", "12", "13", "23", "34", "41", "15", "33"];
    const nodes = names.map((name) => ({ id: name, kind: "service" as const, name, app: name }));
    const edges = pairs.map((pair) => ({
      ...figures,
      ...{ from: names[Number(pair[0])] ?? "", to: names[Number(pair[1])] ?? "", state: "ok" as const },
    }));
    const { width, height, boxes, arrows } = layoutOfCalls(nodes, edges);
    const labels = arrows.map(({ label }) => ({ x: label.x - 56, y: label.y - 9, width: 112, height: 18 }));
    const all = [...boxes.map(({ box }) => box), ...labels];
    const overlap = (a: (typeof all)[number], b: (typeof all)[number]) =>
      a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
    expect(all.flatMap((a, index) => all.slice(index + 1).filter((b) => overlap(a, b)))).toEqual([]);
    expect(
      all.every((box) => box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height),
    ).toBe(true);
    expect(arrows.every(({ path }) => /^M[\d.]+ [\d.]+[QL]/.test(path))).toBe(true);
  });

  it("draws a call of a service to itself out of its box and back into it", () => {
    const nodes = ["shop", "stock"].map((name) => ({ id: name, kind: "service" as const, name, app: name }));
    const edge = { ...figures, from: "shop", to: "stock", state: "ok" as const };
    const { boxes, arrows } = layoutOfCalls(nodes, [edge, { ...edge, from: "stock" }]);
    const box = boxes.find(({ node }) => node.id === "stock")?.box ?? { x: 0, y: 0, width: 0, height: 0 };
    const numbers = arrows[1]?.path.match(/[\d.]+/g)?.map(Number) ?? [];
    for (const [x = 0, y] of [numbers.slice(0, 2), numbers.slice(-2)]) {
      expect(y).toBe(box.y + box.height);
      expect(x > box.x && x < box.x + box.width).toBe(true);
    }
  });
});
