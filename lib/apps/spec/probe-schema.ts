import { z } from "zod";
import { portNumber } from "./names-schema.ts";

const httpPath = z
  .string()
  .max(512)
  .regex(/^\/\S*$/, "path.absolute");

/** How often and how patiently the kubelet asks (https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/). */
const timings = {
  initialDelaySeconds: z.number().int().min(0).max(3600).default(0),
  periodSeconds: z.number().int().min(1).max(300).default(5),
  timeoutSeconds: z.number().int().min(1).max(60).default(2),
  /** For readiness alone: the others must be 1. */
  successThreshold: z.number().int().min(1).max(60).default(1),
  failureThreshold: z.number().int().min(1).max(1000).default(3),
};

const probeHeader = z.object({
  name: z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9-]+$/, "header.name"),
  value: z.string().max(1024),
});

/** One question to a container. Without a `type` it is HTTP, as every Spec's was before there were others. */
export const specProbe = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("http").optional().default("http"),
    path: httpPath,
    port: portNumber,
    scheme: z.enum(["HTTP", "HTTPS"]).default("HTTP"),
    headers: z.array(probeHeader).max(20).default([]),
    ...timings,
  }),
  z.object({ type: z.literal("tcp"), port: portNumber, ...timings }),
  z.object({ type: z.literal("exec"), command: z.array(z.string().max(4096)).min(1).max(64), ...timings }),
  z.object({
    type: z.literal("grpc"),
    port: portNumber,
    /** Of the gRPC health protocol; empty asks for the server as a whole. */
    service: z.string().max(253).default(""),
    ...timings,
  }),
]);
export type SpecProbe = z.infer<typeof specProbe>;

/** Seconds after a container's start until a probe that never succeeds has failed for good. */
export const secondsUntilFailure = ({
  initialDelaySeconds,
  periodSeconds,
  failureThreshold,
}: Pick<SpecProbe, "initialDelaySeconds" | "periodSeconds" | "failureThreshold">): number =>
  initialDelaySeconds + periodSeconds * failureThreshold;
