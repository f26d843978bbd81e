import { expect } from "vitest";
import { type AppSettings } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type SeenPod, seePod } from "#lib/clusters/pod-rules";
import { type Edge } from "#tests/world/sandbox";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";

/** Says which path was asked for. */
export const ECHO = ["node", "-e", `require("http").createServer((q,s)=>s.end(q.url)).listen(8080)`];

export const exposed = (name: string, gatewayClass: "ingress" | "istio", path = "/"): AppSettings => ({
  ...SETTINGS,
  exposure: { gatewayClass, routes: [{ host: `${name}.test`, path, pathType: "prefix", port: 8080 }] },
});

type App = Awaited<ReturnType<ReleaseWorld["createApp"]>>;

/** A world with both gateways, and services in it that say what they were asked. */
export class TrafficGround {
  readonly world: ReleaseWorld;
  readonly edge: Edge;

  private constructor(world: ReleaseWorld, edge: Edge) {
    this.world = world;
    this.edge = edge;
  }

  static async start(): Promise<TrafficGround> {
    const world = await ReleaseWorld.start();
    const { edge } = world.world;
    if (!edge) throw new Error("needs the sandbox's gateways");
    return new TrafficGround(world, edge);
  }

  /** A new service, when it runs. */
  async running(settings: (name: string) => AppSettings, program = ECHO): Promise<App> {
    const app = await this.world.createApp();
    const build = await this.world.createBuild(app, program);
    const view = await this.world.drive(
      await this.world.request(app, { buildId: build.id, settings: settings(app.name) }),
    );
    expect(view.state).toBe("done");
    return app;
  }

  async change(app: App, settings: AppSettings): Promise<void> {
    const view = await this.world.drive(await this.world.request(app, { kind: "configure", settings }));
    expect(view.state).toBe("done");
  }

  /** Those that are not on their way out. */
  async podsOf(appId: string): Promise<SeenPod[]> {
    const { items } = await this.world.kubernetes.list(KINDS.pod, "kepler-dev", {
      labelSelector: `kepler.dev/app=${appId}`,
    });
    return items.flatMap((item) => {
      const pod = seePod(item);
      return pod === null || pod.terminating ? [] : [pod];
    });
  }
}
