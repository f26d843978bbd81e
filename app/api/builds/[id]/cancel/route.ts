import { z } from "zod";
import { route } from "#lib/access/route";
import { buildFor } from "#lib/builds/build-for";
import { cancelBuild } from "#lib/builds/cancel-build";

export const POST = route(
  { permission: "build.cancel", input: z.object({ id: z.uuid() }), output: z.void(), scope: { ownTeams: true } },
  async ({ db, enqueue, now, actor, input, audit }) => {
    const build = await buildFor(db, actor, "build.cancel", input.id);
    audit({ kind: "build", id: build.id, name: `${build.app.name} #${build.number}`, teamId: build.app.teamId });
    await cancelBuild({ db, enqueue, now }, build.id);
  },
);
