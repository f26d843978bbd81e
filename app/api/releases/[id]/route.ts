import { z } from "zod";
import { route } from "#lib/access/route";
import { getReleaseView } from "#lib/releases/queries";
import { releaseView } from "#lib/releases/schema";

export const GET = route(
  { permission: "release.read", input: z.object({ id: z.uuid() }), output: releaseView, scope: { release: "id" } },
  async ({ db, scope }) => getReleaseView(scope.release.id, db),
);
