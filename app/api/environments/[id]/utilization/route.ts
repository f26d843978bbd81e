import { route } from "#lib/access/route";
import { getUtilizationTogether } from "#lib/metrics/get-utilization";
import { placeAppsInput } from "#lib/metrics/place-apps-schema";
import { utilizationView } from "#lib/metrics/utilization-schema";

export const GET = route(
  { permission: "app.read", input: placeAppsInput, output: utilizationView, scope: { ownTeams: true } },
  ({ input: { id, apps }, scope }) => getUtilizationTogether({ environmentId: id, apps }, scope.ownTeams),
);
