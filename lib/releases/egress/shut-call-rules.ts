import { isDeclared } from "#lib/apps/spec/egress-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type PublicError } from "#lib/platform/errors";
import { type Gate } from "../gates/schema.ts";

/** Is it held to other hosts than before? Only then anybody is asked where it called. */
export const narrowsAnew = (before: AppSpec | null, after: AppSpec): boolean =>
  before !== null &&
  after.egress?.reach === "declared" &&
  JSON.stringify(before.egress) !== JSON.stringify(after.egress);

export type ShutCallsFacts = {
  before: AppSpec | null;
  after: AppSpec;
  /** Hosts outside that it called in the last hour, null for calls without a name; null as a whole: nobody could be asked. */
  called: readonly (string | null)[] | null;
};

/** Hosts that it called in the last hour and could not call any more, in sentences; none of them stands in the way. */
export function shutCalls({ before, after, called }: ShutCallsFacts): Gate[] {
  const { egress } = after;
  if (!egress || before === null || !narrowsAnew(before, after)) return [];
  if (before.meshMode !== "mesh")
    return [warning("Where it calls is not counted yet: it is not in the mesh itself.", LOOK_YOURSELF)];
  if (called === null)
    return [warning("Where it called in the last hour is not known: Prometheus could not be asked.", LOOK_YOURSELF)];
  const shut = called.filter((host) => host !== null && !isDeclared(host, egress));
  return [
    ...(shut.length > 0
      ? [
          warning(
            `It called these in the last hour and could not any more: ${shut.join(", ")}.`,
            "Declare these hosts too, unless it is not to call them.",
          ),
        ]
      : []),
    ...(called.includes(null)
      ? [warning("It also called hosts in the last hour whose names the proxy did not see.", LOOK_YOURSELF)]
      : []),
  ];
}

const LOOK_YOURSELF = "Make sure that all the hosts that it calls are declared.";

const warning = (message: string, next: string): Gate => ({
  gate: "shut-calls",
  blocks: false,
  error: { code: "conflict", system: "kepler", message, next } satisfies PublicError,
});
