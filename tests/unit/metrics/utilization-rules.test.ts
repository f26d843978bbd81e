import { describe, expect, it } from "vitest";
import { placeAppsInput } from "#lib/metrics/place-apps-schema";
import { encode } from "#lib/metrics/promql-rules";
import { podPattern } from "#lib/metrics/scope-rules";
import { lastHour, sharesOf, utilizationQueries } from "#lib/metrics/utilization-rules";

const grid = lastHour(7_200_000);
const GIB = 2 ** 30;

describe("how near a service is to its limits", () => {
  it("is asked for by its containers' names, as text and not as a pattern", () => {
    const own = ["shop", "a.b"].map((app) => ({ app, container: app }));
    const [together, ...others] = utilizationQueries("kepler-dev", own).map(({ cpu }) => encode(cpu));
    expect(together).toBe(
      'max by (container) (rate(container_cpu_usage_seconds_total{namespace="kepler-dev",container=~"shop|a\\\\.b"}[240s]))',
    );
    expect(others).toEqual([]);
  });

  it("is told apart by its pods where the container has a name of its own, some services at a time", () => {
    const imported = Array.from({ length: 25 }, (_, i) => ({ app: `old-${i}`, container: "web" }));
    const memory = utilizationQueries("dev", [{ app: "shop", container: "shop" }, ...imported]).map((one) =>
      encode(one.memory),
    );
    expect(memory).toHaveLength(4);
    expect(memory[3]).toContain(
      `label_replace(max (container_memory_working_set_bytes{namespace="dev",pod=~"${podPattern("old-24")}",container="web"}), "container", "old-24", "", "")`,
    );
    for (const { app } of imported)
      expect(memory.filter((query) => query.includes(`"container", "${app}", "", ""`))).toHaveLength(1);
  });

  it("is a share of the limit at each moment of the hour; what nobody measured is not zero", () => {
    const limits = [
      { app: "shop", cpuCores: 0.5, memoryBytes: GIB },
      { app: "new", cpuCores: 1, memoryBytes: GIB },
    ];
    const used = (value: number, atMs: number) => [{ labels: { container: "shop" }, samples: [{ atMs, value }] }];
    const shares = sharesOf(grid, limits, {
      cpu: used(0.25, grid.startMs),
      memory: used(GIB * 0.9, grid.startMs + 30 * grid.stepMs),
    });
    expect(shares).toMatchObject([{ app: "shop" }]);
    expect(shares[0]?.cpu).toHaveLength(31);
    expect([shares[0]?.cpu[0], shares[0]?.cpu[1], shares[0]?.memory[30]]).toEqual([0.5, null, 0.9]);
  });

  it("takes names once each and refuses what is none", () => {
    const id = crypto.randomUUID();
    expect(placeAppsInput.parse({ id, apps: "shop,cart,shop" }).apps).toEqual(["cart", "shop"]);
    for (const apps of ["", ",", "Shop", 'a"}', Array.from({ length: 201 }, (_, i) => `app-${i}`).join(",")])
      expect(placeAppsInput.safeParse({ id, apps }).success).toBe(false);
  });
});
