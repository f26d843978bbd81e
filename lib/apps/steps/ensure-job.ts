import "server-only";
import { isOurJob, jobConfig, jobDiffers } from "#lib/builds/pipeline-manifests";
import { type Call } from "#lib/clients/http/call";
import { type JenkinsCredential } from "#lib/clients/jenkins/client";
import { Conflict } from "#lib/platform/errors";
import { markPresentInLedger, planInLedger } from "../ledger.ts";
import { jenkinsJobName } from "../naming-rules.ts";
import { type ProvisionRow } from "../provision-row.ts";
import { type ProvisionWorld } from "../provision-world.ts";

const GIT_CREDENTIAL = "kepler-gitlab";
const REGISTRY_CREDENTIAL = "kepler-registry";

/**
 * Finds the app's pipeline job or creates it, and writes its configuration again when it is not what it should be.
 * A job of that name which Kepler did not make is left alone: Conflict.
 */
export async function ensureJob(world: ProvisionWorld, row: ProvisionRow, call: Call) {
  const path = jenkinsJobName(row.name);
  const entry = { appId: row.id, system: "jenkins", kind: "job", key: path };
  const config = jobConfig(pipelineOf(world, row));
  const before = await world.jenkins.findJob(path, call);
  if (before && !isOurJob(before.configXml, row.id)) {
    throw new Conflict(`Jenkins already has a job ${path} that Kepler did not make.`, {
      system: "jenkins",
      next: "Rename that job in Jenkins, then provision again.",
    });
  }
  await planInLedger(world.db, entry);
  await ensureLogins(world, call);

  await world.checkpoint?.("provision.job.before-effect");
  if (!before) await world.jenkins.createJob(path, config, call);
  else if (jobDiffers(config, before.configXml)) await world.jenkins.updateJob(path, config, call);
  await world.checkpoint?.("provision.job.after-effect");

  const job = before ?? (await world.jenkins.findJob(path, call));
  await markPresentInLedger(world.db, entry, { externalId: path, url: job?.url ?? null }, world.now());
  return { job: path, found: before !== null };
}

const pipelineOf = (world: ProvisionWorld, row: ProvisionRow) => ({
  appId: row.id,
  app: row.name,
  repositoryUrl: row.repositoryUrl,
  dockerfilePath: row.dockerfilePath,
  language: row.language,
  buildStrategy: row.buildStrategy,
  gitCredential: world.gitLogin && GIT_CREDENTIAL,
  registryCredential: world.registryLogin && REGISTRY_CREDENTIAL,
  registryHost: row.imageRepository.slice(0, row.imageRepository.indexOf("/")),
});

/** Secrets cannot be read back from Jenkins, so they are written each time; the ids are the platform's, not an app's. */
async function ensureLogins(world: ProvisionWorld, call: Call): Promise<void> {
  const { gitLogin, registryLogin } = world;
  if (gitLogin) {
    await ensureLogin(
      world,
      { id: GIT_CREDENTIAL, description: "Kepler clones repositories with it", ...gitLogin },
      call,
    );
  }
  if (registryLogin) {
    await ensureLogin(
      world,
      { id: REGISTRY_CREDENTIAL, description: "Kepler pushes images with it", ...registryLogin },
      call,
    );
  }
}

/** Two services provisioned at once may both find none and create it: the later one then finds it and writes the same. */
async function ensureLogin(world: ProvisionWorld, credential: JenkinsCredential, call: Call): Promise<void> {
  try {
    await world.jenkins.createOrUpdateCredential(credential, call);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    await world.jenkins.createOrUpdateCredential(credential, call);
  }
}
