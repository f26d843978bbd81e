import { z } from "zod";
import { route } from "#lib/access/route";
import { connectedSystems } from "#lib/retire/connected-systems";
import { previewRetirement } from "#lib/retire/preview-retirement";
import { requestRetirement } from "#lib/retire/request-retirement";
import { retireAppInput, retirementPlan, retireResult } from "#lib/retire/schema";

export const GET = route(
  { permission: "app.retire", input: z.object({ app: z.string() }), output: retirementPlan, scope: { app: "app" } },
  ({ db, now, scope, signal }) => previewRetirement({ db, now, ...connectedSystems() }, scope.app.id, { signal }),
);

export const POST = route(
  { permission: "app.retire", input: retireAppInput, output: retireResult, scope: { app: "app" } },
  ({ actor, input, scope, ...world }) => requestRetirement(world, scope.app.id, actor.id, input),
);
