import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { type Tx } from "#lib/platform/db";
import { type PublicError } from "#lib/platform/errors";
import { canaryName } from "../manifests/canary.ts";
import { type ReleasePlan } from "../plan/plan-release.ts";
import { noCanaryBecause } from "./refusal-rules.ts";

/** Why a planned release cannot be tried on a part of the requests first; null = it can. */
export async function whyNoCanary(
  tx: Pick<Tx, "release" | "app">,
  { app, environment, spec }: Pick<ReleasePlan, "app" | "environment" | "spec">,
): Promise<PublicError | null> {
  const [applied, nameTaken] = await Promise.all([
    tx.release.findFirst({
      where: {
        ...{ appId: app.id, environmentId: environment.id },
        steps: { some: { name: "apply", startedAt: { not: null } } },
      },
      orderBy: { number: "desc" },
      select: { state: true, spec: true },
    }),
    tx.app.count({ where: { name: canaryName(app), retiredAt: null } }),
  ]);
  const running = applied && { spec: appSpec.parse(applied.spec), done: applied.state === "done" };
  return noCanaryBecause({ app, running, spec, nameTaken: nameTaken > 0 });
}
