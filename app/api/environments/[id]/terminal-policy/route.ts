import { z } from "zod";
import { route } from "#lib/access/route";
import { setTerminalPolicyInput } from "#lib/terminal/schema";
import { setTerminalPolicy } from "#lib/terminal/set-policy";

export const PUT = route(
  {
    permission: "environment.edit",
    input: setTerminalPolicyInput,
    output: z.undefined(),
    scope: { environment: "id" },
    action: "terminal.policy",
  },
  async ({ input, scope, db, audit }) => {
    const { id, name } = scope.environment;
    audit({ kind: "environment", id, name, detail: { policy: input.policy } });
    await setTerminalPolicy(db, id, input.policy);
  },
);
