import { z } from "zod";

/** Whole percents of the requests, each for a while. */
const canaryStep = z.object({
  weight: z.number().int().min(1).max(100),
  pauseSeconds: z.number().int().min(0).max(86_400),
});

/** How a release is tried on a part of the requests before its pods replace the others; one step of 100 is blue/green. */
export const canaryPlan = z
  .object({
    steps: z.array(canaryStep).min(1).max(10),
    /** Who says that it did well: figures of Prometheus, or a person. */
    promotion: z.enum(["automatic", "manual"]),
  })
  .refine(({ steps }) => steps.every(({ weight }, i) => weight > (steps[i - 1]?.weight ?? 0)), {
    path: ["steps"],
    message: "canary.ascending",
  });
export type CanaryPlan = z.infer<typeof canaryPlan>;

export const canaryPlanOf = canaryPlan.nullable();

/** Null where nothing was counted. */
const figure = z.number().nullable().default(null);
const canaryFigures = {
  stableRequests: figure,
  stableErrors: figure,
  stableP95Ms: figure,
  canaryRequests: figure,
  canaryErrors: figure,
  canaryP95Ms: figure,
};

/** How far a canary is, as its step keeps it: what the next look goes on from, and what the last one counted. */
export const canaryStanding = z.object({
  /** Which step of the plan, from 0, and since when. */
  stage: z.number().int(),
  stageAt: z.iso.datetime(),
  /** Pods that it wants; 0 before it has any. */
  replicas: z.number().int(),
  /** The share of requests that the canary has now, in percent. */
  weight: z.number().int(),
  /** Since when it has the share of this stage; null while its pods start. */
  since: z.iso.datetime().nullable(),
  /** Since when it has any. */
  firstAt: z.iso.datetime().nullable(),
  /** How long the release had been held when the stage got its share. */
  heldMs: z.number().int(),
  /** Since when not all of its pods are ready, while they have a share; null while they are. */
  awayAt: z.iso.datetime().nullable().default(null),
  ...canaryFigures,
});
export type CanaryStanding = z.infer<typeof canaryStanding>;
