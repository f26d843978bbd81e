import { z } from "zod";
import { route } from "#lib/access/route";
import { abortRelease } from "#lib/releases/abort-release";
import { releaseFor } from "#lib/releases/release-for";

export const POST = route(
  { permission: "release.abort", input: z.object({ id: z.uuid() }), output: z.undefined(), scope: { ownTeams: true } },
  async ({ actor, input, audit, ...world }) => {
    const { id, number, app } = await releaseFor(world.db, actor, "release.abort", input.id);
    audit({ kind: "release", id, name: `${app.name} #${number}`, teamId: app.teamId });
    await abortRelease(id, world);
    return undefined;
  },
);
