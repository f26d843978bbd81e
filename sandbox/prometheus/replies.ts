import { json, Refusal, type Reply } from "../platform/exchange.ts";
import { type Labels } from "./metrics.ts";
import { formatNumber } from "./promql/format.ts";
import { sorted } from "./promql/labels.ts";
import { type RangeSeries, type Value } from "./promql/values.ts";

type ErrorType = "bad_data" | "execution" | "timeout" | "canceled" | "internal" | "unavailable" | "not_found";

const STATUS: Record<ErrorType, number> = {
  bad_data: 400,
  execution: 422,
  timeout: 503,
  canceled: 503,
  unavailable: 503,
  internal: 500,
  not_found: 404,
};

/** The envelope of every answer (prometheus.io/docs/prometheus/latest/querying/api/#format-overview). */
export const success = (data: unknown): Reply => json(200, { status: "success", data });
export const refusal = (errorType: ErrorType, error: string): Refusal =>
  new Refusal(json(STATUS[errorType], { status: "error", errorType, error }));
export const badData = (error: string): Refusal => refusal("bad_data", error);

const pair = (at: number, value: number): [number, string] => [at / 1000, formatNumber(value)];
const metricOf = (labels: Labels): Labels => Object.fromEntries(sorted(labels));

/** The data of an instant query. */
export function resultOf(value: Value, at: number) {
  switch (value.type) {
    case "scalar":
      return { resultType: "scalar", result: pair(at, value.value) };
    case "string":
      return { resultType: "string", result: [at / 1000, value.value] };
    case "vector":
      return {
        resultType: "vector",
        result: value.samples.map(({ labels, value: v }) => ({ metric: metricOf(labels), value: pair(at, v) })),
      };
    case "matrix":
      return matrixOf(value.series);
  }
}

/** In the order of their labels. */
export function matrixOf(series: RangeSeries[]) {
  const result = series.map(({ labels, points }) => ({
    metric: metricOf(labels),
    values: points.map(({ t, v }) => pair(t, v)),
  }));
  const keyed = result.map((each) => ({ key: JSON.stringify(Object.entries(each.metric)), each }));
  return { resultType: "matrix", result: keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ each }) => each) };
}
