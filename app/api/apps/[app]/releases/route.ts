import { z } from "zod";
import { route } from "#lib/access/route";
import { createRelease } from "#lib/releases/create-release";
import { listReleases } from "#lib/releases/queries";
import { createReleaseInput, createReleaseResult, listReleasesInput, listReleasesResult } from "#lib/releases/schema";

const path = { app: z.string() };
type Target = { app: string; environmentId: string };

export const GET = route(
  {
    permission: "release.read",
    input: listReleasesInput.extend(path),
    output: listReleasesResult,
    scope: { app: ({ app }: { app: string }) => app },
  },
  async ({ input, scope, db }) => listReleases(scope.app.id, input, db),
);

export const POST = route(
  {
    permission: "release.create",
    input: createReleaseInput.extend(path),
    output: createReleaseResult,
    scope: { app: ({ app }: Target) => app, environment: ({ environmentId }: Target) => environmentId },
  },
  async ({ input: { app: _, ...intent }, scope, actor, ...world }) =>
    createRelease(scope.app.id, actor.id, intent, world),
);
