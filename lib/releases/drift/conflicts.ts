import "server-only";
import { type AppSpec } from "#lib/apps/spec-schema";
import { ownersOf, same, strangerAt, valueAt } from "../ownership-rules.ts";
import { type ReleasePlan } from "../plan/plan-release.ts";
import { type Tried } from "../preview/try-objects.ts";
import { type ReleaseIntent } from "../schema.ts";
import { ledgerKeyOf } from "../steps/apply.ts";
import { type ChangedField, describeFields, isTaken } from "./contest-rules.ts";
import { type FieldConflict } from "./schema.ts";

export type Decisions = Pick<ReleaseIntent, "takeOver" | "keep">;

/** The object that was tried, as decisions name it. */
export const refTo = ({ manifest }: Pick<Tried, "manifest">) => ({
  kind: ledgerKeyOf(manifest).kind,
  name: manifest.metadata.name,
});

/** Fields that others changed and the release would overwrite, and those that it keeps because somebody chose that. */
export function conflictsOf(
  { app, spec, unkept, applied }: Pick<ReleasePlan, "app" | "spec" | "unkept"> & { applied: AppSpec },
  { takeOver = [], keep = [] }: Decisions,
  tried: readonly Tried[],
): FieldConflict[] {
  const contested = tried.flatMap((each) =>
    each.contests.map((contest) => ({ object: refTo(each), contest, live: each.live, manifest: each.manifest })),
  );
  const open = contested.map(
    ({ object, contest, live, manifest }): ChangedField => ({
      ...object,
      ...contest,
      wanted: valueAt(manifest, contest.field) ?? null,
      value: valueAt(live, contest.field) ?? null,
    }),
  );
  const kept = keep.map((each): ChangedField => {
    const object = tried.find((one) => same(refTo(one), { kind: each.kind, name: each.name }));
    const owner = strangerAt(ownersOf(object?.live), each.field);
    return { ...each, manager: owner?.manager ?? null, at: owner?.at ?? null, wanted: null };
  });
  const conflicts = [
    ...describeFields({ applied, next: spec }, app.name, open).map((field, index) => {
      const { object, contest } = contested[index] ?? {};
      const taken = object !== undefined && contest !== undefined && isTaken(object, contest, takeOver);
      return { ...field, decision: taken ? ("take-over" as const) : ("open" as const) };
    }),
    ...describeFields({ applied, next: unkept }, app.name, kept).map((field) => ({
      ...field,
      decision: "keep" as const,
    })),
  ];
  // Each stays in its place while people decide.
  return conflicts.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

const placeOf = ({ kind, name, field }: FieldConflict): string => `${kind} ${name} ${field}`;
