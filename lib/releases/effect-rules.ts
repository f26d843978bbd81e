import { type AppSpec } from "#lib/apps/spec-schema";
import { samePodTemplate } from "./manifests.ts";
import { type ReleasePreview } from "./schema.ts";

type PodEffect = Pick<ReleasePreview["effect"], "podsToRestart" | "podsToStart" | "podsToStop">;

/** What confirming would do to running pods, in numbers. A new template replaces every pod; the same one only adds or removes. */
export function podEffect(before: AppSpec | null, after: AppSpec, app: { id: string; name: string }): PodEffect {
  const was = before?.replicas ?? 0;
  const replaced = before !== null && !samePodTemplate(before, after, app);
  return {
    podsToRestart: replaced ? Math.min(was, after.replicas) : 0,
    podsToStart: Math.max(0, after.replicas - was),
    podsToStop: Math.max(0, was - after.replicas),
  };
}
