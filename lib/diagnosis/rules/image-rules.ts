import { type SeenContainer } from "#lib/clusters/container-rules";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { found, fromEvent, inContainers, podEvents, type Rule, statusOf } from "../finding-rules.ts";
import { type Scene } from "../scene-schema.ts";
import { type FindingAction } from "../schema.ts";

const PULLING = ["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ErrImageNeverPull", "InvalidImageName"];

type Case = {
  variant: string;
  says: RegExp;
  decisive: boolean;
  why: string;
  next: string;
  /** The same where an earlier release can be gone back to. */
  nextOrBack?: string;
  actions: FindingAction[];
};

/** Registries and runtimes differ in their words; these are what they mean, the surest first (OCI distribution, error codes). */
const CASES: readonly Case[] = [
  {
    variant: "platform",
    says: /no match for platform|no matching manifest|exec format error/i,
    decisive: true,
    why: "it is not built for the nodes' platform",
    next: "Build it for the platform of the cluster's nodes, then release that build.",
    actions: [{ kind: "build" }],
  },
  {
    variant: "rate-limited",
    says: /toomanyrequests|too many requests|\b429\b|rate limit/i,
    decisive: false,
    why: "the registry takes no more requests for now",
    next: "It is tried again by itself. A mirror, or signing in to the registry, ends this for good: ask the cluster's operator.",
    actions: [{ kind: "ask" }],
  },
  {
    variant: "denied",
    says: /unauthorized|denied|forbidden|insufficient_scope|no basic auth|authentication required|\b40[13]\b/i,
    decisive: true,
    why: "the registry does not let the cluster read it",
    next: "Ask the cluster's operator to give its nodes the right to read this repository, then release again.",
    actions: [{ kind: "ask" }],
  },
  {
    variant: "not-found",
    says: /not found|manifest unknown|name unknown|not known to registry/i,
    decisive: true,
    why: "it is not in the registry",
    next: "Build the commit again and release that build.",
    nextOrBack: "Build the commit again and release that build, or roll back to one whose image is still there.",
    actions: [{ kind: "build" }, { kind: "rollback" }],
  },
  {
    variant: "unknown-host",
    says: /no such host/i,
    decisive: true,
    why: "the cluster's nodes do not know the registry's name",
    next: "Ask the cluster's operator to make the registry's name known to its nodes.",
    actions: [{ kind: "ask" }],
  },
  {
    variant: "silent",
    says: /dial tcp|i\/o timeout|connection refused|deadline exceeded|tls:|x509|\bEOF\b|failed to do request/i,
    decisive: false,
    why: "the registry does not answer the cluster's nodes",
    next: "It is tried again by itself. When it lasts, ask the cluster's operator.",
    actions: [{ kind: "ask" }],
  },
];

const OTHER: Omit<Case, "says"> = {
  variant: "other",
  decisive: false,
  why: "the node gives its own reason",
  next: "See that the digest is still in the registry and that the cluster may read it, then release again.",
  actions: [{ kind: "build" }, { kind: "rollback" }],
};
const INVALID: Omit<Case, "says"> = {
  variant: "invalid",
  decisive: true,
  why: "its name is not valid",
  next: "Release a build whose image has a valid name.",
  actions: [{ kind: "build" }],
};
const ABSENT: Omit<Case, "says"> = {
  variant: "never-pulled",
  decisive: true,
  why: "it may not be pulled, and the node does not have it",
  next: "Change the pull policy that somebody set by hand: undo it, or release again.",
  actions: [{ kind: "rollback" }],
};

/** Building again would not help: what was released is there. */
const BY_HAND: Pick<Case, "why" | "next" | "nextOrBack" | "actions"> = {
  why: "it is not in the registry, and not the image of its release",
  next: "Somebody set it by hand: undo that change, or release again.",
  nextOrBack: undefined,
  actions: [{ kind: "restart" }],
};

/** The image does not come to the node, or is of no use there. */
export const imageRule: Rule = (scene) =>
  inContainers(scene, (pod, container) => {
    const { reason } = container;
    const pulls = reason !== null && PULLING.includes(reason);
    const text = pulls ? pullText(scene, pod, container) : foreignProgram(scene, pod, container);
    if (text === null) return null;
    const kind = caseOf(reason, text);
    const the = kind.variant === "not-found" && isByHand(scene, container, text) ? { ...kind, ...BY_HAND } : kind;
    const events = podEvents(scene, pod, "Failed").filter(({ message }) => message.includes("pull image"));
    return found({
      rule: "image",
      variant: the.variant,
      code: the.variant === "not-found" ? "not-found" : the.variant === "denied" ? "denied" : "invalid",
      decisive: the.decisive,
      message: `The cluster cannot pull the image of ${container.name}: ${the.why} (${reason ?? "exec format error"}).`,
      next: (scene.before !== null && the.nextOrBack) || the.next,
      evidence: [statusOf(pod, container, text), ...events.slice(0, 1).map(fromEvent)],
      actions: the.actions,
    });
  });

/** Does the registry have what was released, while the node asks for something else? Then its kubelet names that. */
function isByHand({ image, container: own }: Scene, { name }: SeenContainer, text: string): boolean {
  const asked = /(?:image|reference) "([^"]+)"/.exec(text)?.[1];
  return name === own && image?.present === true && asked !== undefined && !asked.includes(image.digest);
}

function caseOf(reason: string | null, text: string): Omit<Case, "says"> {
  if (reason === "InvalidImageName") return INVALID;
  if (reason === "ErrImageNeverPull") return ABSENT;
  return CASES.find(({ says }) => says.test(text)) ?? OTHER;
}

/** Older kubelets give only "Back-off pulling image" while they wait: then the event says why. */
function pullText(scene: Scene, pod: SeenPod, { message, reason }: SeenContainer): string {
  const told = podEvents(scene, pod, "Failed").find((event) => event.message.includes("pull image"));
  const text = message ?? reason ?? "";
  return /^Back-off pulling image "[^"]*"$/.test(text) && told ? told.message : text;
}

/** A program for another processor starts and ends at once with these words of the kernel's. */
function foreignProgram(scene: Scene, pod: SeenPod, container: SeenContainer): string | null {
  if (container.ready || container.restarts === 0) return null;
  const lines = scene.logs
    .filter((log) => log.pod === pod.name && log.container === container.name)
    .flatMap((log) => log.lines);
  const texts = [container.message ?? "", container.lastMessage ?? "", ...lines];
  return texts.find((text) => text.includes("exec format error")) ?? null;
}
