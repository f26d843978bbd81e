import { z } from "zod";
import { editMe } from "#lib/access/edit-me";
import { editMeInput, meView } from "#lib/access/me-schema";
import { viewOf } from "#lib/access/queries";
import { route } from "#lib/access/route";

export const GET = route({ permission: "self.read", input: z.object({}), output: meView }, async ({ actor }) =>
  viewOf(actor),
);

export const PATCH = route(
  { permission: "self.edit", input: editMeInput, output: meView },
  async ({ db, actor, input }) => editMe(db, actor, input),
);
