import { route } from "#lib/access/route";
import { getRequestRatesTogether } from "#lib/metrics/get-request-rates";
import { placeAppsInput } from "#lib/metrics/place-apps-schema";
import { requestRatesView } from "#lib/metrics/request-rate-schema";

export const GET = route(
  { permission: "app.read", input: placeAppsInput, output: requestRatesView, scope: { ownTeams: true } },
  ({ input: { id, apps }, scope }) => getRequestRatesTogether({ environmentId: id, apps }, scope.ownTeams),
);
