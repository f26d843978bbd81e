import { z } from "zod";
import { route } from "#lib/access/route";
import { cancelBuild } from "#lib/builds/cancel-build";

export const POST = route(
  { permission: "build.cancel", input: z.object({ id: z.uuid() }), output: z.void(), scope: { build: "id" } },
  ({ db, enqueue, now, scope }) => cancelBuild({ db, enqueue, now }, scope.build.id),
);
