import { z } from "zod";
import { route } from "#lib/access/route";
import { revokeSession } from "#lib/access/sessions";

export const DELETE = route(
  { permission: "self.edit", action: "session.revoke", input: z.object({ id: z.uuid() }), output: z.void() },
  async ({ db, actor, input, now, audit }) => {
    audit({ kind: "session", id: input.id });
    await revokeSession(db, actor.id, input.id, now());
  },
);
