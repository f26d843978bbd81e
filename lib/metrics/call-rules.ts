type Series = { labels: Readonly<Record<string, string>>; samples: readonly { value: number }[] };

/** Calls of the last minutes: how often, which share failed, and how long 19 of 20 took at most (null: nobody measured). */
export type CallFigures = { perSecond: number; errorShare: number; p95Ms: number | null };
export type FoundCall = CallFigures & {
  /** A workload and its namespace; "unknown" is a caller without a mesh proxy. */
  from: { workload: string; namespace: string };
  to: { service: string; namespace: string };
};

/** The workload of Istio's own gateway, as its chart names it. */
export const GATEWAY_WORKLOAD = "istio-ingressgateway";

/** Calls of several kinds as one, null where there are none; of 19 in 20 of all, the kinds' own do not tell. */
export function together(calls: readonly CallFigures[]): CallFigures | null {
  if (calls.length === 0) return null;
  const perSecond = calls.reduce((sum, each) => sum + each.perSecond, 0);
  const failed = calls.reduce((sum, each) => sum + each.perSecond * each.errorShare, 0);
  return {
    perSecond,
    errorShare: perSecond > 0 ? failed / perSecond : 0,
    p95Ms: calls.length === 1 ? (calls[0]?.p95Ms ?? null) : null,
  };
}

type Answers = {
  /** Calls a second, by the labels of `by` and by `status`. */
  counts: readonly Series[];
  /** How long 19 of 20 took, by the labels of `by`. */
  quantiles: readonly Series[];
  by: readonly string[];
  status: string;
  /** What the quantiles' unit is in milliseconds. */
  millis: number;
};

/** One entry for each set of the labels `by`, the most called first; what was not called at all is left out. */
export function figuresOf({
  counts,
  quantiles,
  by,
  status,
  millis,
}: Answers): (CallFigures & { labels: Series["labels"] })[] {
  const keyOf = ({ labels }: Series) => JSON.stringify(by.map((label) => labels[label] ?? ""));
  const valueOf = ({ samples }: Series) => samples[0]?.value ?? 0;
  const slowest = new Map(quantiles.map((series) => [keyOf(series), valueOf(series) * millis]));
  return [...Map.groupBy(counts, keyOf)]
    .map(([key, parts]) => {
      const sum = (of: Series[]) => of.reduce((total, series) => total + valueOf(series), 0);
      const perSecond = sum(parts);
      const failed = sum(parts.filter(({ labels }) => isFailure(labels[status])));
      const p95Ms = slowest.get(key);
      return {
        labels: parts[0]?.labels ?? {},
        perSecond,
        errorShare: perSecond > 0 ? failed / perSecond : 0,
        p95Ms: p95Ms !== undefined && Number.isFinite(p95Ms) ? p95Ms : null,
      };
    })
    .filter(({ perSecond }) => perSecond > 0)
    .sort((a, b) => b.perSecond - a.perSecond);
}

/** 0 is a call that got no answer at all. */
const isFailure = (status: string | undefined): boolean => /^(5..|0)$/.test(status ?? "");
