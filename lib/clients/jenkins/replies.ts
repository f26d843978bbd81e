import "server-only";
import { z } from "zod";
import { JENKINS_RESULTS, JENKINS_STAGE_STATUSES, type JenkinsBuild, type QueueItem } from "./client.ts";

/** Actions are a mixed bag (with empty entries); parameters sit in one of them. Password values are not sent. */
const parametersOf = z
  .array(
    z.object({
      parameters: z.array(z.object({ name: z.string(), value: z.unknown().optional() })).optional(),
    }),
  )
  .transform((actions) => {
    const parameters: Record<string, string> = {};
    for (const { name, value } of actions.flatMap((action) => action.parameters ?? [])) {
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
        parameters[name] = String(value);
      }
    }
    return parameters;
  });

/** What is asked for with `tree=`, so that a big build answers small. */
export const BUILD_FIELDS =
  "number,building,result,timestamp,duration,estimatedDuration,url,queueId,actions[parameters[name,value]]";

export const buildReply = z
  .object({
    number: z.number().int(),
    building: z.boolean(),
    result: z.enum(JENKINS_RESULTS).nullish(),
    timestamp: z.number(),
    duration: z.number(),
    estimatedDuration: z.number(),
    url: z.string(),
    queueId: z.number().int(),
    actions: parametersOf,
  })
  .transform((reply): JenkinsBuild & { number: number } => ({
    number: reply.number,
    building: reply.building,
    // A result may be foreseen while the build still runs; it counts once the build has ended.
    result: reply.building ? null : (reply.result ?? null),
    startedAt: new Date(reply.timestamp).toISOString(),
    durationMs: reply.duration,
    estimatedMs: reply.estimatedDuration > 0 ? reply.estimatedDuration : null,
    url: reply.url,
    queueId: reply.queueId,
    parameters: reply.actions,
  }));

export const recentBuildsReply = z.object({
  builds: z.array(z.object({ number: z.number().int(), actions: parametersOf })),
});

export const queueReply = z.object({
  items: z.array(
    z.object({ id: z.number().int(), task: z.object({ url: z.string().optional() }), actions: parametersOf }),
  ),
});

export const queueItemReply = z
  .object({
    cancelled: z.boolean().optional(),
    why: z.string().nullish(),
    executable: z.object({ number: z.number().int(), url: z.string() }).nullish(),
  })
  .transform((reply): QueueItem => {
    if (reply.executable) return { state: "left", ...reply.executable };
    if (reply.cancelled) return { state: "cancelled" };
    return { state: "waiting", why: reply.why ?? null };
  });

export const stagesReply = z.object({
  stages: z.array(
    z.object({
      name: z.string(),
      status: z.enum(JENKINS_STAGE_STATUSES).catch("NOT_EXECUTED"),
      durationMillis: z.number().default(0),
    }),
  ),
});

/** The root of the remote API: whatever else it says, it is Jenkins that says it. */
export const rootReply = z.object({ mode: z.string() });
