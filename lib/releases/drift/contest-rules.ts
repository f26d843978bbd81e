import { type AppSpec } from "#lib/apps/spec-schema";
import { type FieldError } from "#lib/platform/errors";
import { HAND_OVER, isController, KEPLER, type Owner } from "../ownership-rules.ts";
import { changeInWords, whyNotKeep } from "./adopt-rules.ts";
import { type FieldRef, type ForeignField, foreignField, type TakenField } from "./schema.ts";

/** A field that Kepler would write and somebody else changed. */
export type Contest = { field: string; manager: string; at: string | null };

/**
 * Which of the API server's field conflicts are somebody's change that would be lost. Three are not: replicas that the
 * service's own autoscaler keeps or was about to, and what was changed by hand once and has been Kepler's own wish since it was
 * kept.
 */
export function contestsOf(
  causes: readonly FieldError[],
  owners: readonly Owner[],
  owned: readonly { kind: string }[],
): Contest[] {
  const autoscaled = owned.some(({ kind }) => kind.endsWith("/HorizontalPodAutoscaler"));
  const kepler = owners.find(({ manager, operation }) => manager === KEPLER && operation === "Apply");
  return causes.flatMap(({ path: field, message }) => {
    const manager = managerIn(message);
    const theirs = owners.filter((owner) => owner.manager === manager);
    const owner = theirs.find(({ fields }) => fields.has(field)) ?? theirs[0];
    if (manager === HAND_OVER || (autoscaled && isController({ manager }))) return [];
    if (owner?.operation === "Update" && kepler?.fields.has(field)) return [];
    return [{ field, manager, at: owner?.at ?? null }];
  });
}

/** The API server names the manager in each cause: `conflict with "kubectl" with subresource "scale" using apps/v1`. */
function managerIn(message: string): string {
  const quoted = /"(?:[^"\\]|\\.)*"/.exec(message)?.[0];
  return quoted === undefined ? "somebody else" : String(JSON.parse(quoted));
}

type ObjectRef = Omit<FieldRef, "field">;

/** May this field be taken from its manager? Only as it was when somebody decided that: a later change counts anew. */
export function isTaken(object: ObjectRef, contest: Contest, takeOver: readonly TakenField[]): boolean {
  return takeOver.some(
    ({ kind, name, field, manager, at }) =>
      kind === object.kind &&
      name === object.name &&
      field === contest.field &&
      manager === contest.manager &&
      (contest.at === null || (at !== null && contest.at <= at)),
  );
}

/** A field as Kepler wants it and as it stands; null where there is nothing. */
export type ChangedField = FieldRef & { manager: string | null; at: string | null; wanted: unknown; value: unknown };

const SECRET = "v1/Secret";

/** Changed fields in words, as changes of the Spec that was applied last, each with whether the next Spec can have it. */
export function describeFields(
  { applied, next }: { applied: AppSpec; next: AppSpec },
  app: string,
  fields: readonly ChangedField[],
): ForeignField[] {
  return fields.map((each) => {
    const { kind, name, field, manager, at } = each;
    // What stands in a Secret is not to be read here either, whoever put it there.
    if (kind === SECRET) {
      const change = { field, before: null, after: null };
      return { kind, name, field, manager, at, value: null, change, whyNotKeep: "not-expressed" };
    }
    const value = foreignField.shape.value.parse(each.value);
    const ref = { kind, name, field, manager, at, value };
    return { ...ref, change: changeInWords(applied, each, app), whyNotKeep: whyNotKeep(next, each, fields, app) };
  });
}
