import { type SeenPod } from "#lib/clusters/pod-rules";
import { type Rule } from "./finding-rules.ts";
import { autoscalerRule } from "./rules/autoscaler-rules.ts";
import { configRule } from "./rules/config-rules.ts";
import { crashRule } from "./rules/crash-rules.ts";
import { disagreementRule } from "./rules/disagreement-rules.ts";
import { imageRule } from "./rules/image-rules.ts";
import { memoryRule } from "./rules/memory-rules.ts";
import { nodeRule } from "./rules/node-rules.ts";
import { portRule } from "./rules/port-rules.ts";
import { probeRule, slowStartRule } from "./rules/probe-rules.ts";
import { quotaRule } from "./rules/quota-rules.ts";
import { rolloutRule } from "./rules/rollout-rules.ts";
import { routeRule } from "./rules/route-rules.ts";
import { schedulingRule } from "./rules/scheduling-rules.ts";
import { sidecarRule } from "./rules/sidecar-rules.ts";
import { volumeRule } from "./rules/volume-rules.ts";
import { type Scene, sceneOfPods } from "./scene-schema.ts";
import { FINDING_RULES, type Finding, type FindingRule, type LogPlace } from "./schema.ts";

const RULES: Record<FindingRule, Rule> = {
  node: nodeRule,
  quota: quotaRule,
  scheduling: schedulingRule,
  config: configRule,
  volume: volumeRule,
  image: imageRule,
  memory: memoryRule,
  "slow-start": slowStartRule,
  crash: crashRule,
  port: portRule,
  probe: probeRule,
  sidecar: sidecarRule,
  route: routeRule,
  disagreement: disagreementRule,
  autoscaler: autoscalerRule,
  rollout: rolloutRule,
};

/** Everything that is wrong in a scene: what failed before what only may, causes before what follows from them. */
export function diagnose(scene: Scene): Finding[] {
  const all = FINDING_RULES.flatMap((rule) => RULES[rule](scene)).map((one) => withWaysThere(one, scene));
  return [...all.filter(({ level }) => level === "fail"), ...all.filter(({ level }) => level === "warn")];
}

/** Rules offer to go back where that helps; it is a way on only where there is something to go back to. */
const withWaysThere = (one: Finding, { before }: Scene): Finding =>
  before === null ? { ...one, actions: one.actions.filter(({ kind }) => kind !== "rollback") } : one;

/** The first reason for which waiting longer for these pods cannot help; null while there is hope. */
export function hopeless(pods: readonly SeenPod[], now: Date): Finding | null {
  return diagnose(sceneOfPods(pods, now)).find(({ decisive }) => decisive) ?? null;
}

/** Where a finding's log lines are to be read; null for one that no log explains. */
export function logPlaceOf({ actions }: Finding): LogPlace | null {
  return actions.find((action) => action.kind === "log") ?? null;
}
