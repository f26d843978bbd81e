import { randomUUID } from "node:crypto";
import { type ApplyObject } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seePod } from "#lib/clusters/pod-rules";
import { recordObserved, seeRow } from "#lib/clusters/record-observed";
import { diagnose } from "#lib/diagnosis/diagnosis-rules";
import { readCluster } from "#lib/diagnosis/read-cluster";
import { type Finding } from "#lib/diagnosis/schema";
import { ReleaseWorld } from "#tests/integration/releases/release-world";
import { pushImage } from "#tests/world/push-image";

/** A program that stays, and serves nothing. */
export const STAYING = ["node", "-e", "setInterval(()=>{},1000)"];

export type Ground = {
  /** Name of the app: of its workload, its own container and its Service. */
  name: string;
  namespace: string;
  labels: Record<string, string>;
  /** An image that has a program; and one for a processor that no node has. */
  image: string;
  foreignImage: string;
  /** Address of the registry without its scheme. */
  registry: string;
};

type Images = Pick<Ground, "image" | "foreignImage" | "registry">;

/** A cluster in which faults are made by its own API, each with objects of an app of its own. */
export class FaultWorld {
  readonly world: ReleaseWorld;
  readonly namespace: string;
  readonly #images: Images;
  readonly #clusterId: string;
  readonly #nodes = new Set<string>();

  private constructor(world: ReleaseWorld, namespace: string, images: Images, clusterId: string) {
    this.world = world;
    this.namespace = namespace;
    this.#images = images;
    this.#clusterId = clusterId;
  }

  static async start(): Promise<FaultWorld> {
    const world = await ReleaseWorld.start();
    const { registry } = world.world;
    const namespace = `kepler-faults-${randomUUID().slice(0, 8)}`;
    await world.kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const host = new URL(registry.url).host;
    const push = async (tag: string, onlyFor?: string) => {
      const { digest } = await pushImage(registry, "faults/node", tag, { config: { Cmd: STAYING }, onlyFor });
      return `${host}/faults/node@${digest}`;
    };
    const images = { image: await push("well"), foreignImage: await push("foreign", "s390x"), registry: host };
    const cluster = await world.database.db.cluster.findFirstOrThrow({ select: { id: true } });
    return new FaultWorld(world, namespace, images, cluster.id);
  }

  async stop(): Promise<void> {
    for (const name of this.#nodes) await this.world.kubernetes.delete({ ...KINDS.node, name });
    await this.world.kubernetes.delete({ ...KINDS.namespace, name: this.namespace });
    await this.world.stop();
  }

  /** An app that the database knows, and nothing of it in the cluster yet. */
  async newApp(): Promise<Ground & { id: string }> {
    const { id, name } = await this.world.createApp();
    const labels = {
      "app.kubernetes.io/name": name,
      "app.kubernetes.io/managed-by": "kepler",
      "kepler.dev/app": id,
      "kepler.dev/release": "1",
    };
    return { id, name, namespace: this.namespace, labels, ...this.#images };
  }

  async apply(objects: readonly ApplyObject[]): Promise<void> {
    for (const object of objects) {
      if (object.kind === "Node") this.#nodes.add(object.metadata.name);
      await this.world.kubernetes.apply(object, { force: true });
    }
  }

  /** As a node's own program would, onto an object that nobody keeps. */
  async say({ kind, metadata: { name } }: ApplyObject, status: Record<string, unknown>): Promise<void> {
    if (kind !== "Node") throw new Error(`nobody says the status of a ${kind} by hand`);
    await this.world.kubernetes.mergePatch({ ...KINDS.node, name }, { status }, { subresource: "status" });
  }

  async hasReadyPod({ id }: { id: string }): Promise<boolean> {
    const options = { labelSelector: `kepler.dev/app=${id}` };
    const { items } = await this.world.kubernetes.list(KINDS.pod, this.namespace, options);
    return items.some((pod) => seePod(pod)?.ready);
  }

  /** What is wrong with an app now, as the cluster itself says. Events go the way of the watch: through the rows. */
  async findingsOf({ id, name }: { id: string; name: string }): Promise<Finding[]> {
    const { kubernetes, database } = this.world;
    const labelSelector = `kepler.dev/app=${id}`;
    const where = { clusterId: this.#clusterId, namespace: this.namespace, labelSelector };
    const { signal } = new AbortController();
    const deps = { db: database.db, kubernetes, now: () => new Date(), signal };
    const { scene } = await readCluster(
      { app: { id, name }, container: name, workload: "deployment", exposure: null, ...where },
      deps,
    );
    return diagnose({ ...scene, before: 1 });
  }

  /** What the watch would write down. */
  async hearEvents(): Promise<void> {
    const { items } = await this.world.kubernetes.list(KINDS.event, this.namespace);
    const rows = items.flatMap((object) => seeRow.events(object) ?? []);
    const heard = new Map(rows.map(({ key, row }) => [key, row]));
    await recordObserved(this.world.database.db, "events", this.#clusterId, heard, { now: new Date() });
  }
}
