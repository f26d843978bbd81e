import "server-only";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { type Db } from "#lib/platform/db";
import { type Gate } from "../gates/schema.ts";
import { ifMeasured } from "../if-measured.ts";
import { type ReleasePlan } from "../plan/plan-release.ts";
import { readCallers } from "./read-callers.ts";
import { limitsAnew, refusedCallers } from "./refused-caller-rules.ts";

type Deps = { db: Db; prometheus: Prometheus | null; now: Date; signal: AbortSignal };

const HOUR_SECONDS = 3600;
const DEADLINE_MS = 5_000;

/** Warnings about callers that a planned release would newly refuse, as they were measured in the last hour. */
export async function findRefused(
  { app, environment, basis, spec }: Pick<ReleasePlan, "app" | "environment" | "basis" | "spec">,
  { db, prometheus, ...deps }: Deps,
): Promise<Gate[]> {
  const before = basis?.spec ?? null;
  if (!limitsAnew(before, spec)) return [];
  const { namespace } = environment;
  const named = spec.access?.callers?.services ?? [];
  const [callers, known] = await Promise.all([
    ifMeasured(prometheus, deps.signal, (asked) =>
      readCallers(asked, { app: app.name, namespace }, HOUR_SECONDS, { ...deps, deadlineMs: DEADLINE_MS }),
    ),
    db.app.findMany({ where: { name: { in: named }, retiredAt: null }, select: { name: true } }),
  ]);
  const unknown = named.filter((name) => !known.some((each) => each.name === name));
  return refusedCallers({ before, after: spec, namespace, callers, unknown });
}
