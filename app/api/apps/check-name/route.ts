import { route } from "#lib/access/route";
import { checkName } from "#lib/apps/check-name";
import { checkNameInput, checkNameResult } from "#lib/apps/schema";

export const GET = route(
  { permission: "repository.search", input: checkNameInput, output: checkNameResult },
  ({ db, input }) => checkName(db, input.name),
);
