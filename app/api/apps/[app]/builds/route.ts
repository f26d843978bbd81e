import { z } from "zod";
import { route } from "#lib/access/route";
import { connectedGitlab } from "#lib/apps/connected-gitlab";
import { listBuilds } from "#lib/builds/queries";
import { requestBuild } from "#lib/builds/request-build";
import { createBuildInput, createBuildResult, listBuildsInput, listBuildsResult } from "#lib/builds/schema";

const ofApp = z.object({ app: z.string() });

export const GET = route(
  {
    permission: "build.read",
    input: listBuildsInput.extend(ofApp.shape),
    output: listBuildsResult,
    scope: { app: "app" },
  },
  ({ db, scope, input }) => listBuilds(db, scope.app.id, input),
);

export const POST = route(
  {
    permission: "build.run",
    input: createBuildInput.extend(ofApp.shape),
    output: createBuildResult,
    scope: { app: "app" },
  },
  ({ db, enqueue, actor, scope, input }) =>
    requestBuild({ db, enqueue, gitlab: connectedGitlab() }, scope.app.id, actor.id, input),
);
