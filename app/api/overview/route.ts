import { route } from "#lib/access/route";
import { overviewFor } from "#lib/reports/queries";
import { overviewInput, overviewView } from "#lib/reports/schema";

export const GET = route(
  { permission: "app.read", input: overviewInput, output: overviewView, scope: { ownTeams: true } },
  ({ db, actor, input }) => overviewFor(actor, input, db),
);
