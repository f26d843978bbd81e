import { z } from "zod";
import { route } from "#lib/access/route";
import { callsView } from "#lib/topology/calls-schema";
import { getCalls } from "#lib/topology/get-calls";

export const GET = route(
  { permission: "app.read", input: z.object({ id: z.uuid() }), output: callsView, scope: { ownTeams: true } },
  ({ input, scope, signal }) => getCalls(input.id, scope.ownTeams, { signal }),
);
