import { z } from "zod";
import { route } from "#lib/access/route";
import { confirmRelease } from "#lib/releases/confirm-release";
import { listReleases } from "#lib/releases/queries";
import { createReleaseInput, createReleaseResult, listReleasesInput, listReleasesResult } from "#lib/releases/schema";

const path = { app: z.string() };

export const GET = route(
  {
    permission: "release.read",
    input: listReleasesInput.extend(path),
    output: listReleasesResult,
    scope: { app: "app" },
  },
  async ({ input, scope, db }) => listReleases(scope.app.id, input, db),
);

export const POST = route(
  {
    permission: "release.create",
    input: createReleaseInput.extend(path),
    output: createReleaseResult,
    scope: { app: "app", environment: "environmentId" },
  },
  async ({ input: { app: _, ...intent }, scope, actor, signal, ...world }) =>
    confirmRelease(scope.app.id, actor.id, intent, { signal }, world),
);
