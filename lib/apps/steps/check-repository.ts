import "server-only";
import { type RefKind } from "#lib/clients/gitlab/client";
import { type Call } from "#lib/clients/http/call";
import { Invalid, NotFound } from "#lib/platform/errors";
import { type ProvisionRow } from "../provision-row.ts";
import { type ProvisionWorld } from "../provision-world.ts";

/** Is the repository readable, and is the Dockerfile there? Throws Invalid with what to do when it is not. */
export async function checkRepository(world: ProvisionWorld, row: ProvisionRow, call: Call) {
  const project = await projectOf(world, row, call);
  const commit = await defaultCommit(world, row, call);
  try {
    await world.gitlab.readFile(project.id, row.dockerfilePath, commit.sha, call);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new Invalid(`${project.path} has no ${row.dockerfilePath} on ${row.defaultRef}.`, {
      system: "gitlab",
      next: "Merge a Dockerfile (Kepler can propose one), then provision again.",
      cause: error,
    });
  }
  return { project: project.path, commit: commit.sha, dockerfile: row.dockerfilePath };
}

async function projectOf(world: ProvisionWorld, row: ProvisionRow, call: Call) {
  try {
    return await world.gitlab.getProject(row.gitlabProjectId, call);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new NotFound(`GitLab no longer has ${row.gitlabProjectPath}, or does not show it to Kepler.`, {
      system: "gitlab",
      next: "Give Kepler's GitLab account access to the project, then provision again.",
      cause: error,
    });
  }
}

/** The default ref is a branch, or a tag for a service that follows none. */
async function defaultCommit(world: ProvisionWorld, row: ProvisionRow, call: Call) {
  const resolve = (kind: RefKind) => world.gitlab.resolveRef(row.gitlabProjectId, row.defaultRef, kind, call);
  try {
    return await resolve("branch");
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    return resolve("tag");
  }
}
