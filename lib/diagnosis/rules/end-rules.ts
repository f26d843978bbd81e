import { type SeenContainer } from "#lib/clusters/container-rules";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { seenIn } from "../finding-rules.ts";
import { type Scene } from "../scene-schema.ts";
import { type Evidence } from "../schema.ts";

// How containers end: what several rules ask.

/** A container that ended this often right after its start will end again. */
export const CRASHES_THAT_DECIDE = 3;
const EVIDENCE_LINES = 12;

/** Did the kernel end it for its memory the last time that it ended? */
export const wasOutOfMemory = ({ reason, lastReason }: SeenContainer): boolean =>
  reason === "OOMKilled" || lastReason === "OOMKilled";

/** The last lines that it wrote before it ended. */
export function logEvidence(scene: Scene, pod: SeenPod, { name, lastFinishedAt }: SeenContainer): Evidence[] {
  const log = scene.logs.find((one) => one.pod === pod.name && one.container === name && one.lines.length > 0);
  if (!log) return [];
  const text = log.lines.slice(-EVIDENCE_LINES).join("\n");
  return [seenIn({ source: "log", object: `Pod/${pod.name} · ${name}`, text, at: lastFinishedAt })];
}
