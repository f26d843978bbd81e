import { z } from "zod";
import { route } from "#lib/access/route";
import { retryProvision } from "#lib/apps/retry-provision";

export const POST = route(
  {
    permission: "app.edit",
    action: "app.provision",
    input: z.object({ app: z.string() }),
    output: z.void(),
    scope: { app: "app" },
  },
  ({ db, enqueue, now, scope }) => retryProvision({ db, enqueue, now }, scope.app.id),
);
