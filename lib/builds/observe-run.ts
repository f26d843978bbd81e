import "server-only";
import { type Call } from "#lib/clients/http/call";
import { type Jenkins } from "#lib/clients/jenkins/client";
import { NotFound } from "#lib/platform/errors";
import { type JenkinsObservation } from "./build-rules.ts";

type Known = { id: string; jenkinsJob: string; jenkinsQueueId: number | null; jenkinsBuildNumber: number | null };

/**
 * Asks Jenkins where a build is: by its number, else by its queue item, else by the KEPLER_BUILD_ID parameter, which
 * finds it also when the answer to the trigger was lost. Throws what the client throws, NotFound excepted.
 */
export async function observeRun(jenkins: Jenkins, build: Known, call: Call): Promise<JenkinsObservation> {
  if (build.jenkinsBuildNumber !== null) return observeNumber(jenkins, build, build.jenkinsBuildNumber, call);
  if (build.jenkinsQueueId !== null) {
    const seen = await observeQueueItem(jenkins, build, build.jenkinsQueueId, call);
    if (seen) return seen;
  }
  const found = await orNull(jenkins.findBuildByParameter(build.jenkinsJob, "KEPLER_BUILD_ID", build.id, call));
  if (found?.number !== undefined) return observeNumber(jenkins, build, found.number, call);
  if (found?.queueId === undefined) return { kind: "nothing" };
  return (await observeQueueItem(jenkins, build, found.queueId, call)) ?? { kind: "nothing" };
}

/** Null when Jenkins has forgotten the item, which it does about five minutes after it left the queue. */
async function observeQueueItem(
  jenkins: Jenkins,
  build: Known,
  queueId: number,
  call: Call,
): Promise<JenkinsObservation | null> {
  const item = await jenkins.getQueueItem(queueId, call);
  switch (item?.state) {
    case "waiting":
      return { kind: "waiting", queueId, why: item.why };
    case "cancelled":
      return { kind: "dropped" };
    case "left":
      return observeNumber(jenkins, build, item.number, call);
    case undefined:
      return null;
  }
}

async function observeNumber(jenkins: Jenkins, build: Known, number: number, call: Call): Promise<JenkinsObservation> {
  const run = await orNull(jenkins.getBuild(build.jenkinsJob, number, call));
  const buildId = run?.parameters.KEPLER_BUILD_ID;
  // A job that was deleted and made again counts from 1 again: this number is then somebody else's.
  if (!run || (buildId !== undefined && buildId !== build.id)) return { kind: "nothing" };
  const { url, building, result } = run;
  return { kind: "run", number, url, building, result, startedAt: new Date(run.startedAt) };
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}
