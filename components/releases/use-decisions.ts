"use client";

import { useCallback, useMemo, useState } from "react";
import type { ForeignField } from "#lib/releases/drift/schema";
import type { ReleaseIntent } from "#lib/releases/schema";

export type Decisions = Pick<ReleaseIntent, "takeOver" | "keep">;
export type Decide = (fields: readonly ForeignField[], decision: "keep" | "take-over") => void;

/** Each of these fields as the intent says it; what cannot be kept stays undecided. */
export function decisionsFor(fields: readonly ForeignField[], decision: "keep" | "take-over"): Decisions {
  if (decision === "keep") {
    const keepable = fields.filter(({ whyNotKeep }) => whyNotKeep === null);
    return { keep: keepable.map(({ kind, name, field, value }) => ({ kind, name, field, value })), takeOver: [] };
  }
  // What nobody owns any more is simply written again: there is nobody to take it from.
  const takeOver = fields.flatMap(({ kind, name, field, manager, at }) =>
    manager === null ? [] : [{ kind, name, field, manager, at }],
  );
  return { takeOver, keep: [] };
}

type Ref = Pick<ForeignField, "kind" | "name" | "field">;
const isOneOf = (fields: readonly Ref[]) => (each: Ref) =>
  fields.some(({ kind, name, field }) => kind === each.kind && name === each.name && field === each.field);

/** The intent with what was decided about others' changes so far; the same object while nothing changes. */
export function useDecided(
  intent: ReleaseIntent | null,
  initial: Decisions = {},
): { decided: ReleaseIntent | null; decide: Decide } {
  const [{ takeOver = [], keep = [] }, setDecisions] = useState(initial);
  const decide = useCallback<Decide>((fields, decision) => {
    const next = decisionsFor(fields, decision);
    const others = (each: Ref) => !isOneOf(fields)(each);
    setDecisions((before) => ({
      takeOver: [...(before.takeOver ?? []).filter(others), ...(next.takeOver ?? [])],
      keep: [...(before.keep ?? []).filter(others), ...(next.keep ?? [])],
    }));
  }, []);
  const decided = useMemo(() => {
    const none = takeOver.length + keep.length === 0;
    return intent === null || none ? intent : { ...intent, takeOver, keep };
  }, [intent, takeOver, keep]);
  return { decided, decide };
}
