import { eventsOf, found, fromEvent, inPods, podEvents, type Rule, seenIn } from "../finding-rules.ts";
import { type Scene } from "../scene-schema.ts";
import { type Finding } from "../schema.ts";
import { type SeenClaim } from "../surroundings-rules.ts";

const storage = { kind: "settings", section: "storage", field: "volumes" } as const;

/** A claim without its volume, or a volume that does not come to the pod's node. */
export const volumeRule: Rule = (scene) => [
  ...scene.claims.flatMap((claim) => claimFinding(scene, claim)),
  ...inPods(scene.pods, (pod) => {
    if (pod.ready || pod.containers.some(({ state }) => state === "running")) return null;
    const events = podEvents(scene, pod, "FailedAttachVolume", "FailedMount", "FailedMapVolume");
    // That the kubelet has waited in vain, which it repeats, says less than what it waits for.
    const event = events.find(({ message }) => !message.startsWith("Unable to attach or mount volumes")) ?? events[0];
    // A ConfigMap or Secret that is missing fails the mount too, and has a rule of its own.
    if (!event || /(configmap|secret)s? "|references non-existent/i.test(event.message)) return null;
    const volume = /\bvolumes?(?:=\[| "| )([\w.-]+)/.exec(event.message)?.[1] ?? "";
    const busy = /Multi-Attach/.test(event.message);
    return found({
      rule: "volume",
      variant: busy ? "multi-attach" : event.reason === "FailedAttachVolume" ? "attach" : "mount",
      message: busy
        ? `The volume ${volume} cannot go to the node of ${pod.name}: another node still holds it.`
        : `The volume ${volume} does not come to ${pod.name} (${event.reason}).`,
      next: busy
        ? "Wait until the pod on the other node is gone, or let one pod at a time use it (strategy: all old pods first)."
        : "It is tried again by itself. When it lasts, ask the cluster's operator to look at the volume.",
      evidence: [fromEvent(event)],
      actions: [storage, { kind: "ask" }],
    });
  }),
];

function claimFinding(scene: Scene, { name, phase, storageClass }: SeenClaim): Finding[] {
  if (phase === "Bound") return [];
  const pods = scene.pods.filter((pod) => pod.claims.includes(name)).map((pod) => pod.name);
  const [event] = eventsOf(
    scene,
    "PersistentVolumeClaim",
    name,
    "ProvisioningFailed",
    "FailedBinding",
    "ExternalProvisioning",
  );
  const status = seenIn({
    source: "status",
    object: `PersistentVolumeClaim/${name}`,
    text: `${phase}${storageClass ? ` · ${storageClass}` : ""}`,
  });
  const lost = phase === "Lost";
  return [
    found({
      rule: "volume",
      variant: lost ? "lost" : "pending",
      pods,
      message: lost
        ? `The volume behind the claim ${name} is gone.`
        : `The claim ${name} has no volume yet${event ? `: ${event.message}` : ""}.`.replace(/\.\.$/, "."),
      next: lost
        ? "Ask the cluster's operator to bring the volume back; a new claim would be empty."
        : "See that its storage class exists and makes volumes; the pod starts by itself once the volume is there.",
      evidence: event ? [fromEvent(event), status] : [status],
      actions: [storage, { kind: "ask" }],
    }),
  ];
}
