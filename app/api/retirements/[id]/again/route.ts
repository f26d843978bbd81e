import { route } from "#lib/access/route";
import { retireAgain } from "#lib/retire/request-retirement";
import { retireAgainInput, retireResult } from "#lib/retire/schema";

export const POST = route(
  {
    permission: "app.retire",
    action: "app.retire.again",
    input: retireAgainInput,
    output: retireResult,
    scope: { retirement: "id" },
  },
  ({ actor, input, scope, ...world }) => retireAgain(world, scope.retirement.id, actor.id, input),
);
