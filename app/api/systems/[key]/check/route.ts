import { z } from "zod";
import { route } from "#lib/access/route";
import { checkSystemNow } from "#lib/clusters/check-system-now";
import { systemView } from "#lib/clusters/schema";

export const POST = route(
  {
    permission: "system.check",
    input: z.object({ key: z.string().max(120) }),
    output: systemView,
  },
  async ({ input, db, now, signal, audit }) => {
    audit({ kind: "system", id: input.key });
    return checkSystemNow(db, input.key, { now: now(), signal });
  },
);
