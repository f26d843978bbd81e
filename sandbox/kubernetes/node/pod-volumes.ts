import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { unattachedVolumes } from "../controllers/attachments.ts";
import { type Recorder } from "../controllers/event-recorder.ts";
import { type Pod } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { diskUsage } from "./disk-usage.ts";
import { ConfigError } from "./environment.ts";
import { emptyDirsOf } from "./storage-limits.ts";
import { writeVolumes } from "./volumes.ts";

type Ground = { store: Store; now: () => Date; scale: number; record: Recorder };

/** A kubelet gives an attachment two minutes at a time (`podAttachAndMountTimeout`). */
const ATTACH_LOOK_MS = 300;
const ATTACH_LOOKS = 123_000 / ATTACH_LOOK_MS;
const MOUNT_AGAIN_MS = 2000;

/** The volumes of one pod on its node, from its start to its end. */
export class PodVolumes {
  readonly #ground: Ground;
  readonly #folder: string;
  readonly #pod: () => Pod;
  readonly #signal: AbortSignal;
  /** The last writing of the volumes, once they are there: one at a time. */
  #mounted: Promise<void> | undefined;

  /** `signal` aborts when the pod is told to end. */
  constructor(ground: Ground, folder: string, pod: () => Pod, signal: AbortSignal) {
    this.#ground = ground;
    this.#folder = folder;
    this.#pod = pod;
    this.#signal = signal;
  }

  /** No container is created before every volume is there. */
  async mount(): Promise<void> {
    await this.#awaitAttachments();
    while (!this.#signal.aborted) {
      try {
        await writeVolumes(this.#ground, this.#pod(), this.#folder);
        this.#mounted = Promise.resolve();
        return;
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        this.#sayFailed(`MountVolume.SetUp failed for volume "${error.about}" : ${error.message}`);
        await this.#pause(MOUNT_AGAIN_MS);
      }
    }
  }

  /** Brings mounted ConfigMaps, Secrets and fields up to date. What has gone missing meanwhile stays as it was. */
  async refresh(): Promise<void> {
    if (this.#mounted === undefined || this.#signal.aborted) return;
    const write = (): Promise<void> =>
      writeVolumes(this.#ground, this.#pod(), this.#folder).catch((error: unknown) => {
        if (!(error instanceof ConfigError)) throw error;
      });
    this.#mounted = this.#mounted.then(write, write);
    await this.#mounted;
  }

  /** Bytes that each emptyDir takes on the node's disk. */
  async use(): Promise<Map<string, number>> {
    const used = new Map<string, number>();
    for (const { name } of emptyDirsOf(this.#pod())) used.set(name, await diskUsage(join(this.#folder, name)));
    return used;
  }

  /** Takes away what does not outlive the pod. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What another node still holds is waited for; the kubelet says so each time that it has waited in vain. */
  async #awaitAttachments(): Promise<void> {
    for (let looks = 1; !this.#signal.aborted; looks += 1) {
      const missing = unattachedVolumes(this.#ground.store, this.#pod()).join(" ");
      if (missing === "") return;
      if (looks % ATTACH_LOOKS === 0)
        this.#sayFailed(
          `Unable to attach or mount volumes: unmounted volumes=[${missing}], unattached volumes=[${missing}], failed to process volumes=[]: context deadline exceeded`,
        );
      await this.#pause(ATTACH_LOOK_MS);
    }
  }

  #sayFailed(message: string): void {
    this.#ground.record(this.#pod(), { type: "Warning", reason: "FailedMount", message });
  }

  async #pause(ms: number): Promise<void> {
    await wait(ms * this.#ground.scale, undefined, { signal: this.#signal }).catch(() => undefined);
  }
}
