import { route } from "#lib/access/route";
import { getUtilizationTogether } from "#lib/metrics/get-utilization";
import { utilizationInput, utilizationView } from "#lib/metrics/utilization-schema";

export const GET = route(
  { permission: "app.read", input: utilizationInput, output: utilizationView, scope: { ownTeams: true } },
  ({ input: { id, apps }, scope }) => getUtilizationTogether({ environmentId: id, apps }, scope.ownTeams),
);
