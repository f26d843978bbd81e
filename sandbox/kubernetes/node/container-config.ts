import { type Container, type Pod } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { type Waiting } from "./container-image.ts";
import { diskUsage } from "./disk-usage.ts";
import { ConfigError, environmentOf, expand } from "./environment.ts";
import { copyRootfs, type NodeImage } from "./images.ts";
import { type Program, programFor } from "./program.ts";
import { isLimited } from "./storage-limits.ts";
import { mountVolumes } from "./volumes.ts";

type Place = {
  store: Store;
  pod: () => Pod;
  podIp: string;
  hostPath: string;
  /** Folders of this container's own: its files, and the pod's volumes. */
  rootfs: string;
  volumes: string;
};
/** What is to be started, and what its files take before it writes any. */
type Configured = { program: Program; imageBytes: number };

const TRY_AGAIN_MS = 2000;

/** Makes a container's files and variables, and tries again until everything that they come from is there (CreateContainerConfig). */
export async function configureContainer(
  container: Container,
  image: NodeImage,
  { store, pod: podNow, podIp, hostPath, rootfs, volumes }: Place,
  { say, become, pause }: Waiting,
): Promise<Configured> {
  for (;;) {
    const pod = podNow();
    try {
      const variables = {
        ...environmentOf(store, pod, container),
        HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
      };
      await copyRootfs(image, rootfs);
      await mountVolumes(store, pod, container, { volumes, rootfs, variables });
      const imageBytes = isLimited(pod) ? await diskUsage(rootfs) : 0;
      const words = (list: string[] | undefined) => list?.map((word) => expand(word, variables));
      const expanded = { ...container, command: words(container.command), args: words(container.args) };
      return { program: programFor(image.config, expanded, { rootfs, podIp, hostPath, variables }), imageBytes };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      say("Warning", "Failed", `Error: ${error.message}`);
      become({ waiting: { reason: "CreateContainerConfigError", message: error.message } });
      await pause(TRY_AGAIN_MS);
    }
  }
}
