import { z } from "zod";
import { route } from "#lib/access/route";
import { getPodDeletion, requestPodDeletion } from "#lib/releases/pods/delete-pod";
import { podDeletionView } from "#lib/releases/pods/schema";

export const GET = route(
  {
    permission: "release.read",
    input: z.object({ app: z.string(), pod: z.uuid() }),
    output: podDeletionView,
    scope: { app: "app" },
  },
  ({ db, input, scope }) => getPodDeletion(scope.app.id, input.pod, db),
);

export const POST = route(
  {
    permission: "pod.delete",
    input: z.object({ app: z.string(), pod: z.uuid(), environmentId: z.uuid() }),
    output: z.undefined(),
    scope: { app: "app", environment: "environmentId" },
  },
  async ({ input: { pod: uid, environmentId }, scope, actor, audit, ...world }) => {
    const { name } = await requestPodDeletion(scope.app.id, actor.id, { environmentId, uid }, world);
    audit({ kind: "pod", id: uid, name, teamId: scope.app.teamId, detail: { app: scope.app.name } });
  },
);
