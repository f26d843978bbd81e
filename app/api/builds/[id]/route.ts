import { z } from "zod";
import { route } from "#lib/access/route";
import { buildFor } from "#lib/builds/build-for";
import { getBuildView } from "#lib/builds/queries";
import { buildView } from "#lib/builds/schema";

export const GET = route(
  { permission: "build.read", input: z.object({ id: z.uuid() }), output: buildView, scope: { ownTeams: true } },
  async ({ db, actor, input }) => getBuildView(db, (await buildFor(db, actor, "build.read", input.id)).id),
);
