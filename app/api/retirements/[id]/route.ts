import { z } from "zod";
import { route } from "#lib/access/route";
import { getRetirementView } from "#lib/retire/queries";
import { retirementView } from "#lib/retire/schema";

export const GET = route(
  { permission: "app.read", input: z.object({ id: z.uuid() }), output: retirementView, scope: { retirement: "id" } },
  ({ db, scope }) => getRetirementView(scope.retirement.id, db),
);
