import { route } from "#lib/access/route";
import { getGateways, reachOf } from "#lib/releases/gateway/queries";
import { gatewaysView, listRoutesInput } from "#lib/releases/gateway/schema";

export const GET = route(
  { permission: "app.read", input: listRoutesInput, output: gatewaysView, scope: { ownTeams: true } },
  ({ db, actor, input }) => getGateways(reachOf(actor), input, db),
);
