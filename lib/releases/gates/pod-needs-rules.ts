import { z } from "zod";
import { parseQuantity } from "#lib/apps/quantity-rules";
import { same, valueAt } from "../ownership-rules.ts";

/** What a pod takes of what quotas limit: "pods", "requests.cpu" in cores, "limits.memory" in bytes … */
export type Amounts = Record<string, number>;

/** A Deployment or StatefulSet as far as it says what its pods take. */
export type PodNeeds = {
  /** Null where an autoscaler says how many. */
  replicas: number | null;
  maxSurge: number | string;
  maxUnavailable: number | string;
  each: Amounts;
  containers: { name: string; resources: Resources }[];
  template: unknown;
};
type Resources = z.infer<typeof resources>;

/** A quantity in its unit (cores, bytes, pieces); null for what is none. */
export function amountOf(text: string | undefined): number | null {
  const nanos = text === undefined ? undefined : parseQuantity(text).value;
  return nanos === undefined ? null : Number(nanos) / 1e9;
}

const amounts = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({});
const resources = z.object({ requests: amounts, limits: amounts }).prefault({});
const container = z.object({ name: z.string(), resources, restartPolicy: z.string().optional() });
const percentOrCount = z.union([z.string(), z.number()]);
const workload = z.object({
  spec: z.object({
    replicas: z.number().int().optional(),
    strategy: z
      .object({ rollingUpdate: z.object({ maxSurge: percentOrCount, maxUnavailable: percentOrCount }).partial() })
      .partial()
      .optional(),
    template: z.object({
      spec: z.object({ containers: z.array(container), initContainers: z.array(container).default([]) }),
    }),
  }),
});

/** Null for an object that starts no pods. */
export function podNeeds(object: unknown): PodNeeds | null {
  const parsed = workload.safeParse(object);
  if (!parsed.success) return null;
  const { replicas = null, strategy, template } = parsed.data.spec;
  // Sidecars live as long as the pod; other init containers have ended before its own containers begin.
  const sidecars = template.spec.initContainers.filter(({ restartPolicy }) => restartPolicy === "Always");
  const containers = [...template.spec.containers, ...sidecars];
  const { maxSurge = 0, maxUnavailable = 1 } = strategy?.rollingUpdate ?? {};
  const whole = valueAt(object, ".spec.template");
  return { replicas, maxSurge, maxUnavailable, containers, template: whole, each: sum(containers) };
}

function sum(containers: readonly { resources: Resources }[]): Amounts {
  const total: Amounts = { pods: 1 };
  for (const { resources: each } of containers)
    for (const section of ["requests", "limits"] as const)
      for (const [name, text] of Object.entries(each[section])) {
        const key = `${section}.${name}`;
        total[key] = (total[key] ?? 0) + (amountOf(text) ?? 0);
      }
  return total;
}

/** How much more than now would be in use: at the most while pods are replaced, and when that is over. */
export type Growth = { atMost: Amounts; after: Amounts; waitsForOld: boolean };

/**
 * A rolling update has at most replicas + maxSurge pods at once; one that may do with fewer pods meanwhile frees room by
 * itself (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment).
 */
export function growth(before: PodNeeds | null, after: PodNeeds): Growth {
  const was = before?.replicas ?? 0;
  const is = after.replicas ?? was;
  const rolls = before !== null && !same(before.template, after.template);
  const extra = Math.max(0, is + (rolls ? share(after.maxSurge, is, Math.ceil) : 0) - was);
  const names = new Set([...Object.keys(before?.each ?? {}), ...Object.keys(after.each)]);
  const each = (of: (name: string) => number): Amounts =>
    Object.fromEntries([...names].map((name) => [name, of(name)]));
  const then = each((name) => is * (after.each[name] ?? 0) - was * (before?.each[name] ?? 0));
  return {
    after: then,
    atMost: each((name) => Math.max(then[name] ?? 0, extra * (after.each[name] ?? 0))),
    waitsForOld: rolls && share(after.maxUnavailable, is, Math.floor) > 0,
  };
}

function share(amount: number | string, of: number, round: (value: number) => number): number {
  return typeof amount === "number" ? amount : round((Number.parseFloat(amount) / 100) * of);
}
