import { type JsonObject } from "../json.ts";
import { pods } from "../kinds/index.ts";
import { type KubeObject, type Pod, type PodTemplate } from "../objects.ts";
import { controlledBy, type Resources } from "../store/resources.ts";
import { type Recorder } from "./event-recorder.ts";

/** How the workload controllers write what they own. */
export const writer = { manager: "kube-controller-manager" };
export const statusWriter = { ...writer, subresource: "status" as const };

/** The pods that a controller object owns. */
export const podsOf = (resources: Resources, owner: KubeObject): Pod[] =>
  resources.store.ownedBy(pods, owner.metadata.uid);

/** Makes a pod of an owner's template and tells it; a refusal (a quota, a policy) is told too, and thrown. */
export function createPod(
  resources: Resources,
  record: Recorder,
  owner: KubeObject,
  template: PodTemplate,
  metadata: JsonObject,
  told: { created(name: string): string; failed(why: string): string },
): void {
  const body = {
    metadata: { ...template.metadata, ownerReferences: [controlledBy(owner)], ...metadata },
    spec: template.spec,
  };
  try {
    const pod = resources.create(pods, owner.metadata.namespace, body, writer);
    record(owner, { type: "Normal", reason: "SuccessfulCreate", message: told.created(pod.metadata.name) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    record(owner, { type: "Warning", reason: "FailedCreate", message: told.failed(why) });
    throw error;
  }
}

export const isFinished = ({ status }: Pod): boolean => status.phase === "Succeeded" || status.phase === "Failed";

/** Takes a finalizer off an object; a list that is empty then is left out, as the API leaves it out. */
export function withoutFinalizer({ metadata }: KubeObject, finalizer: string): void {
  const left = metadata.finalizers?.filter((each) => each !== finalizer) ?? [];
  if (left.length > 0) metadata.finalizers = left;
  else delete metadata.finalizers;
}
