import { describe, expect, it } from "vitest";
import { encode } from "#lib/metrics/promql-rules";
import { type CountedApp, rateQueries, ratesOf } from "#lib/metrics/request-rate-rules";
import { lastHour } from "#lib/metrics/utilization-rules";

const grid = lastHour(7_200_000);
const endMs = grid.startMs + 30 * grid.stepMs;
const ports = [{ name: "http", port: 8080, protocol: "http" as const }];
const counted = (app: string, ...sources: CountedApp["sources"]): CountedApp => ({ app, ports, sources });
const at = (label: string, name: string, samples: [number, number][]) => ({
  labels: { [label]: name },
  samples: samples.map(([atMs, value]) => ({ atMs, value })),
});

describe("how often services are asked", () => {
  it("is one query for those of each source, and names are text in it", () => {
    const apps = [counted("shop", "mesh"), counted("cart", "mesh"), counted("old", "traefik")];
    const queries = rateQueries("kepler-dev", apps).map(({ all, failed }) => [encode(all), encode(failed)]);
    expect(queries).toEqual([
      [
        'sum by (destination_workload) (rate(istio_requests_total{reporter="destination",destination_workload=~"shop|cart",destination_workload_namespace="kepler-dev"}[240s]))',
        'sum by (destination_workload) (rate(istio_requests_total{reporter="destination",destination_workload=~"shop|cart",destination_workload_namespace="kepler-dev",response_code=~"5.."}[240s]))',
      ],
      [
        'sum by (service) (rate(traefik_service_requests_total{service=~"kepler-dev-old-http@kubernetes|kepler-dev-old-8080@kubernetes"}[240s]))',
        'sum by (service) (rate(traefik_service_requests_total{service=~"kepler-dev-old-http@kubernetes|kepler-dev-old-8080@kubernetes",code=~"5.."}[240s]))',
      ],
    ]);
  });

  it("asks for very many in several queries", () => {
    const apps = Array.from({ length: 60 }, (_, i) => counted(`app-${i}`, "traefik"));
    expect(rateQueries("dev", apps)).toHaveLength(3);
  });

  it("is summed over a service's ports, and what failed is a share of it: now, and in the hour", () => {
    const apps = [counted("old", "traefik"), counted("older", "traefik"), counted("idle", "mesh")];
    const all = [
      at("service", "dev-old-http@kubernetes", [
        [grid.startMs, 6],
        [endMs, 3],
      ]),
      at("service", "dev-old-8080@kubernetes", [[endMs, 1]]),
      at("service", "dev-older-http@kubernetes", [[endMs, 0]]),
    ];
    const failed = [at("service", "dev-old-http@kubernetes", [[endMs, 1]])];
    const [old, older, idle] = ratesOf(grid, "dev", apps, [{ by: "service", all, failed }]);
    expect(old?.perSecond).toHaveLength(31);
    expect([old?.perSecond[0], old?.perSecond[1], old?.perSecond[30]]).toEqual([6, null, 4]);
    expect(old?.failed).toEqual({ now: 0.25, hour: 0.1 });
    expect(older).toMatchObject({ app: "older", failed: { now: null, hour: null } });
    expect(idle?.perSecond.every((value) => value === null)).toBe(true);
  });

  it("keeps what another counted before it joined the mesh: of each moment the latest who has a figure", () => {
    const moved = [counted("shop", "mesh", "traefik")];
    expect(rateQueries("dev", moved).map(({ by }) => by)).toEqual(["destination_workload", "service"]);
    const both = grid.startMs + grid.stepMs;
    const [shop] = ratesOf(grid, "dev", moved, [
      {
        by: "destination_workload",
        all: [
          at("destination_workload", "shop", [
            [both, 4],
            [endMs, 5],
          ]),
        ],
        failed: [],
      },
      {
        by: "service",
        all: [
          at("service", "dev-shop-http@kubernetes", [
            [grid.startMs, 1],
            [both, 2],
          ]),
        ],
        failed: [
          at("service", "dev-shop-http@kubernetes", [
            [grid.startMs, 1],
            [both, 2],
          ]),
        ],
      },
    ]);
    expect([shop?.perSecond[0], shop?.perSecond[1], shop?.perSecond[30]]).toEqual([1, 4, 5]);
    expect(shop?.failed).toEqual({ now: 0, hour: 0.1 });
  });
});
