import { z } from "zod";
import { route } from "#lib/access/route";
import { getReleaseView } from "#lib/releases/queries";
import { releaseFor } from "#lib/releases/release-for";
import { releaseView } from "#lib/releases/schema";

export const GET = route(
  { permission: "release.read", input: z.object({ id: z.uuid() }), output: releaseView, scope: { ownTeams: true } },
  async ({ db, actor, input }) => getReleaseView((await releaseFor(db, actor, "release.read", input.id)).id, db),
);
