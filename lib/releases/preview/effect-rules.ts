import { settledReplicas } from "#lib/apps/scaling-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { samePodTemplate } from "../manifests.ts";
import { type ReleasePreview } from "../schema.ts";

type PodEffect = Pick<ReleasePreview["effect"], "podsToRestart" | "podsToStart" | "podsToStop">;

/**
 * What confirming would do to running pods, in numbers. A new template replaces every pod; the same one only adds or removes.
 * `running` is how many are wanted there now, where it is known: by hand or by an autoscaler it may be another number than
 * the last release's.
 */
export function podEffect(
  before: AppSpec | null,
  after: AppSpec,
  app: { id: string; name: string },
  running: number | null = null,
): PodEffect {
  const was = running ?? (before ? settledReplicas(before, 0) : 0);
  const will = settledReplicas(after, was);
  const replaced = before !== null && !samePodTemplate(before, after, app);
  return {
    podsToRestart: replaced ? Math.min(was, will) : 0,
    podsToStart: Math.max(0, will - was),
    podsToStop: Math.max(0, was - will),
  };
}
