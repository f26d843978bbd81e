import { z } from "zod";
import { labelKey, labelValue } from "./names-schema.ts";

/** Whose prefixes a person cannot write: Kepler knows its pods by them, and Istio's decide what happens to traffic. */
const RESERVED_PREFIX = /(^|\.)(kepler\.dev|istio\.io)\//;
/** Written by Kepler or by the workload's controller on each pod. */
const RESERVED_KEYS: ReadonlySet<string> = new Set([
  "app.kubernetes.io/name",
  "app.kubernetes.io/managed-by",
  "kubectl.kubernetes.io/restartedAt",
  "pod-template-hash",
  "controller-revision-hash",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
]);
const ownKey = labelKey.refine((key) => !RESERVED_PREFIX.test(key) && !RESERVED_KEYS.has(key), "label.reserved");

export const specLabel = z.object({ name: ownKey, value: labelValue });
export const specAnnotation = z.object({ name: ownKey, value: z.string().max(8192) });

const linuxId = z.number().int().min(0).max(2_147_483_647);
/** A Linux capability without its CAP_ (capabilities(7)); "ALL" is every one. */
const capability = z.string().regex(/^[A-Z][A-Z_]{0,31}$/, "security.capability");

/** Who the program is to the kernel (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/). Null = as the image says. */
export const specSecurity = z.object({
  runAsUser: linuxId.nullable().default(null),
  runAsGroup: linuxId.nullable().default(null),
  /** Refuse to start as root, whatever the image says. */
  runAsNonRoot: z.boolean().default(false),
  readOnlyRootFilesystem: z.boolean().default(false),
  allowPrivilegeEscalation: z.boolean().default(false),
  dropCapabilities: z.array(capability).max(50).default([]),
  /** Group that owns the pod's volumes. */
  fsGroup: linuxId.nullable().default(null),
  /** Null leaves it to the cluster; "runtime-default" filters system calls that containers seldom need. */
  seccomp: z.enum(["runtime-default"]).nullable().default(null),
});

const toleration = z
  .object({
    /** Empty matches every taint (operator "exists" only). */
    key: z.union([z.literal(""), labelKey]),
    operator: z.enum(["equal", "exists"]).default("equal"),
    value: labelValue.default(""),
    /** Null tolerates every effect. */
    effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).nullable().default(null),
  })
  .refine((t) => t.operator === "exists" || t.key !== "", { path: ["key"], message: "placement.key-needed" })
  .refine((t) => t.operator === "equal" || t.value === "", { path: ["value"], message: "placement.value-of-exists" });

/** Keep pods apart: over how many nodes or zones the count may differ (TopologySpreadConstraint). */
const spread = z.object({
  over: z.enum(["nodes", "zones"]),
  maxSkew: z.number().int().min(1).max(100).default(1),
  /** A pod that would break it waits, or goes where it fits best. */
  strict: z.boolean().default(false),
});

/** Where pods may go, and how far apart. */
export const specPlacement = z.object({
  nodeSelector: z
    .array(z.object({ name: labelKey, value: labelValue }))
    .max(20)
    .default([]),
  tolerations: z.array(toleration).max(20).default([]),
  spread: z.array(spread).max(2).default([]),
  /** Two pods of the app on one node: as it comes, avoided, or never. */
  antiAffinity: z.enum(["none", "preferred", "required"]).default("none"),
});
