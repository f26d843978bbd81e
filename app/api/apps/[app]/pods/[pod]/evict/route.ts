import { z } from "zod";
import { route } from "#lib/access/route";
import { requestPodEviction } from "#lib/releases/pods/delete-pod";

export const POST = route(
  {
    permission: "pod.delete",
    input: z.object({ app: z.string(), pod: z.uuid(), environmentId: z.uuid() }),
    output: z.undefined(),
    scope: { app: "app", environment: "environmentId" },
  },
  async ({ input: { pod: uid, environmentId }, scope, actor, audit, signal }) => {
    const { name } = await requestPodEviction(scope.app.id, actor.id, { environmentId, uid }, { signal });
    audit({ kind: "pod", id: uid, name, teamId: scope.app.teamId, detail: { app: scope.app.name, evicted: true } });
  },
);
