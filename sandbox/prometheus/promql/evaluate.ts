import { type Series } from "../tape.ts";
import { aggregate } from "./aggregate.ts";
import { ExecutionError, type Expr, type LabelTest, type Moment } from "./ast.ts";
import { binary } from "./binary.ts";
import { FUNCTIONS } from "./functions.ts";
import { nameless, signature } from "./labels.ts";
import { distinct, type RangeSeries, type Sample, type Value, vector } from "./values.ts";

/** Where samples come from. */
export type Source = { select(tests: readonly LabelTest[]): Series[] };
/** Milliseconds. An instant query has the same start and end. */
export type Span = { start: number; end: number; stepMs: number };

const LOOKBACK_MS = 5 * 60_000;
const DEFAULT_SUBQUERY_STEP_MS = 60_000;

/** Evaluates one query; it looks up each selector's series once, however many steps there are. */
export class Evaluation {
  readonly #source: Source;
  readonly #span: Span;
  readonly #selected = new Map<Expr, Series[]>();

  constructor(source: Source, span: Span) {
    this.#source = source;
    this.#span = span;
  }

  /** The value at a moment. Throws ExecutionError. */
  at(expr: Expr, at: number): Value {
    switch (expr.kind) {
      case "number":
        return { type: "scalar", value: expr.value };
      case "string":
        return { type: "string", value: expr.value };
      case "selector":
        return vector(this.#instant(expr, at, ({ v }) => v));
      case "range": {
        const to = this.#moment(expr, at);
        const from = to - expr.rangeMs;
        const series = this.#series(expr).map((each) => ({ labels: each.labels, points: each.between(from, to) }));
        return { type: "matrix", series: series.filter(({ points }) => points.length > 0), window: { from, to } };
      }
      case "subquery":
        return this.#subquery(expr, at);
      case "negate": {
        const inner = this.at(expr.inner, at);
        if (inner.type === "scalar") return { type: "scalar", value: -inner.value };
        const samples = inner.type === "vector" ? inner.samples : [];
        return vector(distinct(samples.map(({ labels, value }) => ({ labels: nameless(labels), value: -value }))));
      }
      case "binary":
        return binary(expr, this.at(expr.left, at), this.at(expr.right, at));
      case "aggregate": {
        const inner = this.at(expr.inner, at);
        const parameter = expr.parameter && this.at(expr.parameter, at);
        const value = parameter?.type === "scalar" || parameter?.type === "string" ? parameter.value : undefined;
        return vector(aggregate(inner.type === "vector" ? inner.samples : [], { ...expr, parameter: value }));
      }
      case "call":
        return this.#call(expr, at);
    }
  }

  #call({ name, args: written }: Extract<Expr, { kind: "call" }>, at: number): Value {
    const called = FUNCTIONS[name];
    if (called === undefined) throw new ExecutionError(`unknown function ${name}`);
    const [first] = written;
    if (name === "timestamp" && first !== undefined) {
      const samples =
        first.kind === "selector" ? this.#instant(first, at, ({ t }) => t / 1000) : this.#stamped(first, at);
      return called.call({ args: [vector(samples)], written, at });
    }
    return called.call({ args: written.map((arg) => this.at(arg, at)), written, at });
  }

  #stamped(expr: Expr, at: number): Sample[] {
    const value = this.at(expr, at);
    return value.type === "vector" ? value.samples.map(({ labels }) => ({ labels, value: at / 1000 })) : [];
  }

  #instant(expr: Extract<Expr, { kind: "selector" }>, at: number, read: (point: { t: number; v: number }) => number) {
    const when = this.#moment(expr, at);
    return this.#series(expr).flatMap((series): Sample[] => {
      const point = series.latest(when, LOOKBACK_MS);
      return point === undefined ? [] : [{ labels: series.labels, value: read(point) }];
    });
  }

  /** The inner expression at every multiple of the step within the range. */
  #subquery(expr: Extract<Expr, { kind: "subquery" }>, at: number): Value {
    const to = this.#moment(expr, at);
    const from = to - expr.rangeMs;
    const stepMs = expr.stepMs ?? DEFAULT_SUBQUERY_STEP_MS;
    const series = collect(this, expr.inner, { start: Math.ceil(from / stepMs) * stepMs, end: to, stepMs });
    return { type: "matrix", series, window: { from, to } };
  }

  #moment({ offsetMs, at: fixed }: Moment, at: number): number {
    const base = fixed === "start" ? this.#span.start : fixed === "end" ? this.#span.end : (fixed ?? at);
    return base - offsetMs;
  }

  #series(expr: Extract<Expr, { tests: LabelTest[] }>): Series[] {
    const found = this.#selected.get(expr) ?? this.#source.select(expr.tests);
    this.#selected.set(expr, found);
    return found;
  }
}

/** Evaluates at each step, and gathers what belongs together. A scalar is a series without labels. */
export function collect(evaluation: Evaluation, expr: Expr, { start, end, stepMs }: Span): RangeSeries[] {
  const found = new Map<string, RangeSeries>();
  for (let at = start; at <= end; at += stepMs) {
    const value = evaluation.at(expr, at);
    const samples =
      value.type === "vector" ? value.samples : value.type === "scalar" ? [{ labels: {}, value: value.value }] : [];
    for (const { labels, value: v } of samples) {
      const key = signature(labels);
      const series = found.get(key) ?? { labels, points: [] };
      series.points.push({ t: at, v });
      found.set(key, series);
    }
  }
  return [...found.values()];
}
