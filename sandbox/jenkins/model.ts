import { z } from "zod";

/** What Jenkins keeps on disk, apart from the consoles. */
const parameterSchema = z.object({ name: z.string(), value: z.string(), secret: z.boolean() });
export type Parameter = z.infer<typeof parameterSchema>;

/** A node of a pipeline's graph. */
const nodeSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(["IN_PROGRESS", "SUCCESS", "FAILED", "ABORTED", "NOT_EXECUTED"]),
  startTimeMillis: z.number(),
  durationMillis: z.number(),
});
/** What it said stands in the console from one byte to another; null while it runs. */
const stepSchema = nodeSchema.extend({ logFrom: z.number(), logTo: z.number().nullable() });
export type StepRecord = z.infer<typeof stepSchema>;

const stageSchema = nodeSchema.extend({ steps: z.array(stepSchema).default([]) });
export type StageRecord = z.infer<typeof stageSchema>;

const resultSchema = z.enum(["SUCCESS", "FAILURE", "ABORTED"]);
export type BuildResult = z.infer<typeof resultSchema>;

const buildSchema = z.object({
  number: z.number(),
  queueId: z.number(),
  parameters: z.array(parameterSchema),
  startedAt: z.number(),
  durationMs: z.number(),
  /** Null while it runs. */
  result: resultSchema.nullable(),
  stages: z.array(stageSchema),
});
export type Build = z.infer<typeof buildSchema>;

const jobSchema = z.object({ configXml: z.string(), nextBuildNumber: z.number(), builds: z.array(buildSchema) });
export type Job = z.infer<typeof jobSchema>;

const queueItemSchema = z.object({
  id: z.number(),
  job: z.string(),
  parameters: z.array(parameterSchema),
  since: z.number(),
  /** End of the quiet period. */
  dueAt: z.number(),
  /** Set when it left the queue: with a build, or cancelled. */
  leftAt: z.number().nullable(),
  build: z.number().nullable(),
});
export type QueueItem = z.infer<typeof queueItemSchema>;

const credentialSchema = z.object({
  /** Full name of the folder that keeps it; "" is the system. */
  folder: z.string().default(""),
  id: z.string(),
  description: z.string(),
  username: z.string(),
  password: z.string(),
});
export type Credential = z.infer<typeof credentialSchema>;

export const stateSchema = z.object({
  token: z.string(),
  password: z.string(),
  nextQueueId: z.number(),
  /** By full name: `shop`, `team/shop`. */
  jobs: z.record(z.string(), jobSchema),
  queue: z.array(queueItemSchema),
  credentials: z.array(credentialSchema),
});
export type JenkinsState = z.infer<typeof stateSchema>;
