import { route } from "#lib/access/route";
import { listDomains } from "#lib/releases/domains/queries";
import { domainsView, listDomainsInput } from "#lib/releases/domains/schema";
import { reachOf } from "#lib/releases/gateway/queries";

export const GET = route(
  { permission: "environment.list", input: listDomainsInput, output: domainsView },
  ({ db, actor, input }) => listDomains(db, input.id, reachOf(actor)),
);
