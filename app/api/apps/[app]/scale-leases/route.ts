import { z } from "zod";
import { route } from "#lib/access/route";
import { moveLease } from "#lib/releases/lease/move-lease";
import { listLeases } from "#lib/releases/lease/queries";
import { moveLeaseInput, scaleLeaseView } from "#lib/releases/lease/schema";

const path = { app: z.string() };

export const GET = route(
  {
    permission: "release.read",
    input: z.object(path),
    output: z.object({ rows: z.array(scaleLeaseView) }),
    scope: { app: "app" },
  },
  async ({ scope, db }) => ({ rows: await listLeases(scope.app.id, db) }),
);

/** Moves the end of the one that is on, or ends it now. */
export const PUT = route(
  {
    permission: "release.create",
    input: moveLeaseInput.extend(path),
    output: z.undefined(),
    scope: { app: "app", environment: "environmentId" },
    action: "lease.move",
  },
  async ({ input: { app: _, ...move }, scope, ...world }) => moveLease(scope.app, move, world),
);
