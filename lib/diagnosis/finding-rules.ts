import { type SeenContainer } from "#lib/clusters/container-rules";
import { type SeenEvent } from "#lib/clusters/event-rules";
import { isEvicted, type SeenPod } from "#lib/clusters/pod-rules";
import { type Scene } from "./scene-schema.ts";
import { type Evidence, type Finding, type FindingAction } from "./schema.ts";

/** A rule looks at everything that was seen and says what is wrong of its family; nothing where nothing is. */
export type Rule = (scene: Scene) => Finding[];

type Draft = Pick<Finding, "rule" | "variant" | "evidence"> & {
  message: string;
  next: string;
  code?: Finding["error"]["code"];
  system?: string;
  level?: Finding["level"];
  decisive?: boolean;
  pods?: string[];
  actions?: FindingAction[];
};

/** A finding from what differs between findings. */
export function found({ message, next, code = "unavailable", system = "kubernetes", ...rest }: Draft): Finding {
  return {
    level: "fail",
    decisive: false,
    pods: [],
    actions: [],
    ...rest,
    error: { code, system, message, next },
  };
}

/** Looks at each container of each pod that is meant to live; the same case in several pods is one finding, told of the first. */
export function inContainers(
  scene: Scene,
  look: (pod: SeenPod, container: SeenContainer) => Finding | null,
): Finding[] {
  const told = new Map<string, Finding>();
  for (const pod of scene.pods) {
    if (pod.terminating || isEvicted(pod)) continue;
    for (const container of pod.containers) {
      const one = look(pod, container);
      if (one) tell(told, `${one.rule} ${one.variant} ${container.name}`, ofContainer(scene, container, one), pod);
    }
  }
  return [...told.values()];
}

/** The service's settings are about its own container: for what somebody else put beside it, somebody else is asked. */
function ofContainer({ container: own }: Scene, { name }: SeenContainer, one: Finding): Finding {
  if (own === "" || name === own) return one;
  const actions = one.actions.filter(({ kind }) => kind !== "settings" && kind !== "build" && kind !== "ask");
  return { ...one, actions: [...actions, { kind: "ask" }] };
}

/** The same for whole pods. */
export function inPods(pods: readonly SeenPod[], look: (pod: SeenPod) => Finding | null): Finding[] {
  const told = new Map<string, Finding>();
  for (const pod of pods) {
    const one = pod.terminating ? null : look(pod);
    if (one) tell(told, `${one.rule} ${one.variant}`, one, pod);
  }
  return [...told.values()];
}

function tell(told: Map<string, Finding>, key: string, one: Finding, pod: SeenPod): void {
  const before = told.get(key);
  if (before) before.pods.push(pod.name);
  else told.set(key, { ...one, pods: [pod.name] });
}

type What = Pick<Evidence, "source" | "object" | "text"> & { at?: Date | string | null; count?: number };

/** What Kubernetes said. */
export const seenIn = ({ at = null, count = 1, ...rest }: What): Evidence => ({
  system: "kubernetes",
  ...rest,
  count,
  at: at === null ? null : new Date(at).toISOString(),
});

export const fromEvent = (event: SeenEvent): Evidence =>
  seenIn({
    source: "event",
    object: `${event.involvedKind}/${event.involvedName}`,
    text: `${event.reason}: ${event.message}`,
    at: event.lastAt,
    count: event.count,
  });

/** What was said of an object for a reason, newest first. */
export const eventsOf = (scene: Scene, kind: string, name: string, ...reasons: string[]): SeenEvent[] =>
  scene.events
    .filter((event) => event.involvedKind === kind && event.involvedName === name && reasons.includes(event.reason))
    .sort((a, b) => b.lastAt.getTime() - a.lastAt.getTime());

/** The same of a pod; what was said of an earlier one by its name (a StatefulSet's pods keep theirs) does not count. */
export const podEvents = (scene: Scene, { name, createdAt }: SeenPod, ...reasons: string[]): SeenEvent[] =>
  eventsOf(scene, "Pod", name, ...reasons).filter(({ lastAt }) => lastAt.getTime() + 1000 >= createdAt.getTime());

/** Counted things, as English counts them. */
export const podsWord = (count: number): string => (count === 1 ? "1 pod" : `${count} pods`);
export const restartsWord = (count: number): string => (count === 1 ? "1 restart" : `${count} restarts`);

/** The state of a container as evidence. */
export const statusOf = (pod: SeenPod, container: SeenContainer, text: string): Evidence =>
  seenIn({ source: "status", object: `Pod/${pod.name} · ${container.name}`, text, at: container.lastFinishedAt });
