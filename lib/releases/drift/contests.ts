import "server-only";
import { Conflict } from "#lib/platform/errors";
import { type Manifest } from "../manifests.ts";
import { type Contest } from "./contest-rules.ts";

/** Do others own fields, rather than somebody having written at the same moment? */
export const isContest = (error: unknown): error is Conflict =>
  error instanceof Conflict && (error.fields?.length ?? 0) > 0;

/** For an object that Kepler has not made: it never gives way. The API server names the managers in its causes. */
export function explainForeign(error: Conflict, { kind, metadata }: Pick<Manifest, "kind" | "metadata">): Conflict {
  const fields = error.fields ?? [];
  const named = fields.flatMap(({ message }) => /"([^"]+)"/.exec(message)?.[1] ?? []);
  const managers = [...new Set(named)].join(", ") || "somebody else";
  return new Conflict(
    `${kind} ${metadata.name} is managed by ${managers} already (${fields.map(({ path }) => path).join(", ")}).`,
    {
      system: "kubernetes",
      fields,
      next: "Remove the object, or its fields from the other manager, then release again.",
      cause: error,
    },
  );
}

/** For one of Kepler's own objects that somebody changed after the release had been looked at, or that nobody looked at. */
export function explainChanged(
  error: Conflict,
  { kind, metadata }: Pick<Manifest, "kind" | "metadata">,
  open: readonly Contest[],
): Conflict {
  const fields = open.map(({ manager, field }) => `${field} by ${manager}`).join(", ");
  const object = `${kind} ${metadata.name}`;
  return new Conflict(`${object} was changed by hand: ${fields}.`, {
    system: "kubernetes",
    fields: error.fields,
    next: DECIDE_FIRST,
    cause: error,
  });
}

/** What to do about a change by hand that a release would have overwritten without anybody having seen it. */
export const DECIDE_FIRST =
  "Keep or undo the change on the service's page, or decide about it in the preview of a release.";
