import { type AppSpec } from "#lib/apps/spec-schema";
import { type PublicError } from "#lib/platform/errors";
import { type Gate } from "../gates/schema.ts";
import { type Caller, hasIdentity, isLetIn } from "./identity-rules.ts";

export type CallersFacts = {
  before: AppSpec | null;
  after: AppSpec;
  namespace: string;
  /** Of the last hour; null: nobody could be asked. */
  callers: readonly Caller[] | null;
  /** Names among those who may call that no service has. */
  unknown: readonly string[];
};

/** Is another set of callers let in than before? Only then anybody is asked about them. */
export const limitsAnew = (before: AppSpec | null, after: AppSpec): boolean =>
  after.access !== null && JSON.stringify(before?.access) !== JSON.stringify(after.access);

/** Who called in the last hour and would be refused, in sentences; none of them stands in the way. */
export function refusedCallers({ before, after, namespace, callers, unknown }: CallersFacts): Gate[] {
  const { access } = after;
  if (!access || !limitsAnew(before, after)) return [];
  const { callers: allowed, mtls } = access;
  const gates: Gate[] = [];
  if (unknown.length > 0)
    gates.push(
      warning(
        `No service has these names: ${unknown.join(", ")}. Nobody is let in by them.`,
        "Correct the names, unless these services are still to come.",
      ),
    );
  if (before === null) return gates;
  if (callers === null) {
    gates.push(warning("Who called it in the last hour is not known: Prometheus could not be asked.", LOOK_YOURSELF));
    return gates;
  }
  const known = callers.filter(hasIdentity);
  const refused = allowed ? known.filter((caller) => !isLetIn(caller, allowed, namespace)) : [];
  if (refused.length > 0)
    gates.push(
      warning(
        `These called it in the last hour and would be refused: ${refused.map(nameIn(namespace)).join(", ")}.`,
        "Name them among those who may call, unless they are to be refused.",
      ),
    );
  if (known.length < callers.length)
    gates.push(
      warning(
        mtls === "strict"
          ? "Callers without a sidecar called it in the last hour; their connections would be cut."
          : "Callers without a sidecar called it in the last hour and would be refused: nobody can tell who they are.",
        "Put these callers into the mesh first.",
      ),
    );
  else if (before.meshMode !== "mesh")
    gates.push(warning("Callers without a sidecar are not counted yet: it is not in the mesh itself.", LOOK_YOURSELF));
  return gates;
}

const LOOK_YOURSELF = "Make sure that all its callers are in the mesh and named.";

const warning = (message: string, next: string): Gate => ({
  gate: "callers",
  blocks: false,
  error: { code: "conflict", system: "kepler", message, next } satisfies PublicError,
});

/** "pay" of the same environment, "kepler-test/pay" of another one. */
const nameIn =
  (here: string) =>
  ({ workload, namespace }: Caller): string =>
    namespace === here ? workload : `${namespace}/${workload}`;
