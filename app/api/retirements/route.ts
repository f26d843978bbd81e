import { route } from "#lib/access/route";
import { listRetirements } from "#lib/retire/queries";
import { listRetirementsInput, listRetirementsResult } from "#lib/retire/schema";

export const GET = route(
  { permission: "app.read", input: listRetirementsInput, output: listRetirementsResult, scope: { ownTeams: true } },
  ({ db, actor, input }) => listRetirements(actor, input, db),
);
