import { differences, isController, KEPLER, ownersOf, strangerAt, valueAt } from "../ownership-rules.ts";
import { isExpressed } from "./adopt-rules.ts";
import { type ChangedField } from "./contest-rules.ts";

/**
 * Fields of one object that stand otherwise than Kepler applied them: those that applying the same again would change,
 * and that somebody else owns now or took away. What Kubernetes' own controllers keep (an autoscaler's replicas) is no
 * drift, and neither is a field that only a newer Kepler writes: nobody touched it.
 */
export function driftedFields(
  object: { kind: string; name: string },
  live: unknown,
  next: unknown,
  container: string,
): ChangedField[] {
  const kepler = ownersOf(next).find(({ manager, operation }) => manager === KEPLER && operation === "Apply");
  if (!live || !kepler) return [];
  const owners = ownersOf(live);
  return differences(live, next, kepler).flatMap((field): ChangedField[] => {
    const owner = strangerAt(owners, field);
    if (owner && isController(owner)) return [];
    const value = valueAt(live, field) ?? null;
    const takenAway = value === null && isExpressed({ ...object, field }, container);
    if (!owner && !takenAway) return [];
    const { manager, at } = owner ?? { manager: null, at: null };
    return [{ ...object, field, manager, at, value, wanted: valueAt(next, field) ?? null }];
  });
}
