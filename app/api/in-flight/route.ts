import { z } from "zod";
import { route } from "#lib/access/route";
import { listInFlight } from "#lib/reports/queries";
import { inFlightResult } from "#lib/reports/schema";

export const GET = route(
  { permission: "app.read", input: z.object({}), output: inFlightResult, scope: { ownTeams: true } },
  ({ db, actor }) => listInFlight(db, actor),
);
