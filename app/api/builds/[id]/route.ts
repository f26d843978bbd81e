import { z } from "zod";
import { route } from "#lib/access/route";
import { getBuildView } from "#lib/builds/queries";
import { buildView } from "#lib/builds/schema";

export const GET = route(
  { permission: "build.read", input: z.object({ id: z.uuid() }), output: buildView, scope: { build: "id" } },
  async ({ db, scope }) => getBuildView(db, scope.build.id),
);
