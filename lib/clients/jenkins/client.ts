import "server-only";
import { type Call } from "../http/call.ts";

export type JenkinsJob = { url: string; configXml: string };

/** An item of the queue: still `waiting` (and why), `cancelled`, or `left` for build `number`. */
export type QueueItem =
  | { state: "waiting"; why: string | null }
  | { state: "cancelled" }
  | { state: "left"; number: number; url: string };

export const JENKINS_RESULTS = ["SUCCESS", "FAILURE", "UNSTABLE", "ABORTED", "NOT_BUILT"] as const;
export type JenkinsResult = (typeof JENKINS_RESULTS)[number];

export type JenkinsBuild = {
  building: boolean;
  /** Null while it runs. */
  result: JenkinsResult | null;
  /** RFC 3339. */
  startedAt: string;
  /** 0 while it runs. */
  durationMs: number;
  /** Null when Jenkins has nothing to go by. */
  estimatedMs: number | null;
  url: string;
  queueId: number;
  /** Password parameters are absent: Jenkins does not give them back. */
  parameters: Record<string, string>;
};

export const JENKINS_STAGE_STATUSES = [
  "NOT_EXECUTED",
  "IN_PROGRESS",
  "PAUSED_PENDING_INPUT",
  "SUCCESS",
  "UNSTABLE",
  "FAILED",
  "ABORTED",
] as const;
export type JenkinsStage = { name: string; status: (typeof JENKINS_STAGE_STATUSES)[number]; durationMs: number };

export type LogChunk = {
  text: string;
  /** Where the next read begins, in bytes of the console. */
  nextByte: number;
  /** False only when the build has ended and everything was read. */
  more: boolean;
};

/** A username and password (or token) in Jenkins' system credential store. */
export type JenkinsCredential = { id: string; description: string; username: string; password: string };

/**
 * Jenkins in the verbs that Kepler needs. `path` is a job with its folders: "team/kepler-shop".
 * Throws only the six errors, system "jenkins". Reads may be asked again within the deadline; writes never are:
 * whoever is unsure whether a write arrived looks first (`findJob`, `findBuildByParameter`).
 */
export type Jenkins = {
  findJob(path: string, call?: Call): Promise<JenkinsJob | null>;
  /** Conflict when the job exists. */
  createJob(path: string, configXml: string, call?: Call): Promise<void>;
  updateJob(path: string, configXml: string, call?: Call): Promise<void>;
  /** Deleting what is gone already is fine. */
  deleteJob(path: string, call?: Call): Promise<void>;
  /** Only declared parameters arrive; an identical item that waits already is answered with its id (303). */
  trigger(path: string, parameters: Record<string, string>, call?: Call): Promise<{ queueId: number }>;
  /** Looks in the queue and in the last hundred builds: the question to ask before anything is sent again. */
  findBuildByParameter(
    path: string,
    name: string,
    value: string,
    call?: Call,
  ): Promise<{ queueId?: number; number?: number } | null>;
  /** Null when Jenkins has forgotten it, about five minutes after it left the queue. */
  getQueueItem(queueId: number, call?: Call): Promise<QueueItem | null>;
  /** Cancelling what is gone already is fine. */
  cancelQueueItem(queueId: number, call?: Call): Promise<void>;
  getBuild(path: string, number: number, call?: Call): Promise<JenkinsBuild>;
  /** Asks for the end; `getBuild` tells when it came. */
  stopBuild(path: string, number: number, call?: Call): Promise<void>;
  /** The console from byte `startByte` on; a character that is not whole yet stays for the next read. */
  readLog(path: string, number: number, startByte: number, call?: Call): Promise<LogChunk>;
  /** Empty when the plugin pipeline-rest-api is missing or the build has no stages yet. */
  getStages(path: string, number: number, call?: Call): Promise<JenkinsStage[]>;
  createOrUpdateCredential(credential: JenkinsCredential, call?: Call): Promise<void>;
  ping(call?: Call): Promise<{ version: string | null }>;
};
