import { type Container, type ContainerState } from "../objects.ts";
import { type NodeImage, type NodeImages, nameProblem } from "./images.ts";

/** How a container makes itself heard while it waits: events, its waiting state, and a pause that its end cuts short. */
export type Waiting = {
  say(type: "Normal" | "Warning", reason: string, message: string): void;
  become(state: ContainerState): void;
  pause(ms: number): Promise<void>;
};

export const BACKOFF_MS = 10_000;
export const LONGEST_BACKOFF_MS = 300_000;

/** Pulls a container's image as its policy says, and tries again until it is there (kubelet's image manager). */
export async function fetchImage(
  { image, imagePullPolicy = "IfNotPresent" }: Container,
  { images, now }: { images: NodeImages; now: () => Date },
  { say, become, pause }: Waiting,
): Promise<NodeImage> {
  const pull = async (): Promise<void> => {
    if (!(await images.mustPull(image, imagePullPolicy))) {
      if (imagePullPolicy !== "Never" || (await images.open(image)) !== undefined)
        say("Normal", "Pulled", `Container image "${image}" already present on machine`);
      return;
    }
    say("Normal", "Pulling", `Pulling image "${image}"`);
    const begun = now().getTime();
    const bytes = await images.pull(image);
    const took = `${now().getTime() - begun}ms`;
    say(
      "Normal",
      "Pulled",
      `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${bytes} bytes.`,
    );
  };

  const invalid = nameProblem(image);
  while (invalid !== undefined) {
    say("Warning", "InspectFailed", invalid);
    say("Warning", "Failed", "Error: InvalidImageName");
    become({ waiting: { reason: "InvalidImageName", message: invalid } });
    await pause(BACKOFF_MS);
  }
  for (let failures = 0; ; failures += 1) {
    const problem = await pull().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const found = problem === undefined ? await images.open(image) : undefined;
    if (found !== undefined) return found;
    if (imagePullPolicy === "Never") {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      say("Warning", "ErrImageNeverPull", message);
      say("Warning", "Failed", "Error: ErrImageNeverPull");
      become({ waiting: { reason: "ErrImageNeverPull", message } });
    } else {
      const message = problem ?? `${image}: not found`;
      say("Warning", "Failed", `Failed to pull image "${image}": ${message}`);
      say("Warning", "Failed", "Error: ErrImagePull");
      become({ waiting: { reason: "ErrImagePull", message } });
      await pause(1000);
      say("Normal", "BackOff", `Back-off pulling image "${image}"`);
      say("Warning", "Failed", "Error: ImagePullBackOff");
      const waiting = `Back-off pulling image "${image}": ErrImagePull: ${message}`;
      become({ waiting: { reason: "ImagePullBackOff", message: waiting } });
    }
    await pause(Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** failures));
  }
}
