import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { type Db } from "#lib/platform/db";
import { type ReleasePlan } from "../plan/plan-release.ts";
import { type ReleasePreview } from "../schema.ts";
import { specChanges } from "./spec-diff-rules.ts";

/**
 * What a planned release takes back of one that was applied after the last good one and ended there: its objects stand in
 * the cluster, though nothing that serves runs it. Null where nothing of the kind stands, or where it is wanted again.
 */
export async function takenBack(
  db: Pick<Db, "release">,
  { app, environment, basis, spec }: Pick<ReleasePlan, "app" | "environment" | "basis" | "spec">,
): Promise<ReleasePreview["takesBack"]> {
  // Before the first that went well everything is new.
  if (basis === null) return null;
  const applied = await db.release.findFirst({
    where: {
      ...{ appId: app.id, environmentId: environment.id },
      steps: { some: { name: "apply", startedAt: { not: null } } },
    },
    orderBy: { number: "desc" },
    select: { number: true, state: true, spec: true },
  });
  if (!applied || applied.number <= basis.number) return null;
  if (applied.state !== "failed" && applied.state !== "aborted") return null;
  const wanted = new Set(specChanges(basis.spec, spec).map(({ field }) => field));
  const changes = specChanges(appSpec.parse(applied.spec), spec).filter(({ field }) => !wanted.has(field));
  return changes.length === 0 ? null : { number: applied.number, changes };
}
