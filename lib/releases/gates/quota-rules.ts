import { z } from "zod";
import { amountOf, type Growth, growth, type PodNeeds } from "./pod-needs-rules.ts";
import { blocker, type Gate } from "./schema.ts";

/** What is read of a ResourceQuota (https://kubernetes.io/docs/concepts/policy/resource-quotas/). */
const quotaObject = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ scopes: z.array(z.string()).nullish(), scopeSelector: z.unknown().optional() }).prefault({}),
  status: z
    .object({ hard: z.record(z.string(), z.string()).default({}), used: z.record(z.string(), z.string()).default({}) })
    .prefault({}),
});
export type Quota = { name: string; hard: Record<string, string>; used: Record<string, string> };

/** Quotas that count every pod; those for some pods only are left to Kubernetes. */
export function readQuota(object: unknown): Quota[] {
  const parsed = quotaObject.safeParse(object);
  if (!parsed.success) return [];
  const { metadata, spec, status } = parsed.data;
  return spec.scopes?.length || spec.scopeSelector ? [] : [{ name: metadata.name, ...status }];
}

/** A quota's names for what pods take: "cpu" is short for "requests.cpu". */
const counted = (name: string): string =>
  name === "cpu" || name === "memory" ? `requests.${name}` : name === "count/pods" ? "pods" : name;

type Needs = { before: PodNeeds | null; after: PodNeeds | null };

/** Pods that a quota would not let in, in the end or while others are replaced. */
export function quota({ before, after, quotas }: Needs & { quotas: readonly Quota[] }): Gate[] {
  if (!after) return [];
  const more = growth(before, after);
  return quotas.flatMap((each) => Object.keys(each.hard).flatMap((name) => overQuota(each, name, more)));
}

function overQuota({ name, hard, used }: Quota, limited: string, more: Growth): Gate[] {
  const [most, inUse] = [amountOf(hard[limited]), amountOf(used[limited]) ?? 0];
  const [atMost, after] = [more.atMost[counted(limited)] ?? 0, more.after[counted(limited)] ?? 0];
  if (most === null || atMost <= 0 || inUse + atMost <= most) return [];
  const inTheEnd = inUse + after > most;
  const amount = (value: number) => printAmount(limited, value);
  return [
    {
      gate: "quota",
      // Pods that may be missing for a moment make room for their successors.
      blocks: inTheEnd || !more.waitsForOld,
      error: {
        code: "conflict",
        system: "kubernetes",
        message: inTheEnd
          ? `The quota ${name} allows ${amount(most)} of ${limited}: ${amount(inUse)} in use, ${amount(after)} more needed.`
          : `The quota ${name} allows ${amount(most)} of ${limited}: ${amount(inUse)} in use, ${amount(atMost)} more needed while pods are replaced.`,
        next: inTheEnd
          ? "Ask for less, or ask the cluster's operator for a larger quota."
          : "Allow a pod to be missing during the rollout, or ask the cluster's operator for a larger quota.",
      },
    },
  ];
}

function printAmount(resource: string, value: number): string {
  if (resource.endsWith("memory") || resource.endsWith("storage")) return `${round(value / 2 ** 20)}Mi`;
  return String(round(value));
}
const round = (value: number): number => Math.round(value * 1000) / 1000;

const amounts = z.record(z.string(), z.string()).default({});
const limitRangeObject = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ limits: z.array(z.object({ type: z.string(), min: amounts, max: amounts })) }),
});
export type LimitRange = z.infer<typeof limitRangeObject>;

/** What is read of a LimitRange (https://kubernetes.io/docs/concepts/policy/limit-range/); null for what is none. */
export const readLimitRange = (object: unknown): LimitRange[] => {
  const parsed = limitRangeObject.safeParse(object);
  return parsed.success ? [parsed.data] : [];
};

/** The API server takes the workload and refuses its pods, one by one and in silence: so it is said here. */
export function limitRange({
  after,
  limitRanges,
}: Pick<Needs, "after"> & { limitRanges: readonly LimitRange[] }): Gate[] {
  const limits = limitRanges.flatMap(({ metadata, spec }) =>
    spec.limits.map((each) => ({ ...each, of: metadata.name })),
  );
  return limits
    .filter(({ type }) => type === "Container")
    .flatMap(({ of, min, max }) =>
      (after?.containers ?? []).flatMap(({ name, resources }) => [
        ...outside(resources.limits, max, (asked, most) => asked > most).map(
          ({ resource, asked, bound }) =>
            `The limit range ${of} allows each container at most ${bound} of ${resource}; ${name} asks for ${asked}.`,
        ),
        ...outside(resources.requests, min, (asked, least) => asked < least).map(
          ({ resource, asked, bound }) =>
            `The limit range ${of} allows each container no less than ${bound} of ${resource}; ${name} asks for ${asked}.`,
        ),
      ]),
    )
    .map((message) =>
      blocker("limit-range", {
        code: "conflict",
        system: "kubernetes",
        message,
        next: "Change what the service asks for, or ask the cluster's operator.",
      }),
    );
}

function outside(
  amountsAsked: Record<string, string>,
  bounds: Record<string, string>,
  isOutside: (asked: number, bound: number) => boolean,
): { resource: string; asked: string; bound: string }[] {
  return Object.entries(bounds).flatMap(([resource, text]) => {
    const [asked, bound] = [amountOf(amountsAsked[resource]), amountOf(text)];
    if (asked === null || bound === null || !isOutside(asked, bound)) return [];
    return [{ resource, asked: printAmount(resource, asked), bound: printAmount(resource, bound) }];
  });
}
