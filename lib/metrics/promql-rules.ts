/**
 * PromQL as data (https://prometheus.io/docs/prometheus/latest/querying/basics/). What is built here is written down by
 * `encode` alone, so that a label's value can never become a part of the query.
 */
export type Matcher = { label: string; op: "=" | "!=" | "=~" | "!~"; value: string };

export type Expr =
  | { kind: "number"; value: number }
  | { kind: "select"; metric: string; matchers: readonly Matcher[]; windowSeconds?: number }
  | { kind: "call"; name: "rate" | "increase" | "histogram_quantile" | "round" | "max_over_time"; args: Expr[] }
  | { kind: "aggregate"; by: readonly string[]; op: "sum" | "max"; of: Expr }
  | { kind: "labelled"; of: Expr; label: string; value: string }
  | { kind: "binary"; op: "/" | "*" | "or"; left: Expr; right: Expr };

export const equal = (label: string, value: string): Matcher => ({ label, op: "=", value });
export const matching = (label: string, pattern: string): Matcher => ({ label, op: "=~", value: pattern });

export const select = (metric: string, matchers: readonly Matcher[], windowSeconds?: number): Expr => ({
  kind: "select",
  metric,
  matchers,
  windowSeconds,
});
/** Per second over the window; a counter that begins again from nothing counts on. */
export const rate = (metric: string, matchers: readonly Matcher[], windowSeconds: number): Expr => ({
  kind: "call",
  name: "rate",
  args: [select(metric, matchers, windowSeconds)],
});
export const aggregate = (op: "sum" | "max", by: readonly string[], of: Expr): Expr => ({
  kind: "aggregate",
  op,
  by,
  of,
});
export const binary = (left: Expr, op: "/" | "*" | "or", right: Expr): Expr => ({ kind: "binary", op, left, right });
export const call = (name: (Expr & { kind: "call" })["name"], ...args: Expr[]): Expr => ({ kind: "call", name, args });
/** The same, with this label on each of its series. A `$` in the value would ask for a group, and none is matched. */
export const labelled = (of: Expr, label: string, value: string): Expr => ({ kind: "labelled", of, label, value });
export const number = (value: number): Expr => ({ kind: "number", value });

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The query as text. Throws RangeError for a metric or label that cannot be one: names come from our own code. */
export function encode(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return String(expr.value);
    case "select": {
      const matchers = expr.matchers.map(({ label, op, value }) => named(LABEL, label) + op + quote(value));
      const window = expr.windowSeconds === undefined ? "" : `[${Math.ceil(expr.windowSeconds)}s]`;
      return `${named(METRIC, expr.metric)}{${matchers.join(",")}}${window}`;
    }
    case "call":
      return `${expr.name}(${expr.args.map(encode).join(", ")})`;
    case "aggregate": {
      const by = expr.by.length === 0 ? "" : ` by (${expr.by.map((label) => named(LABEL, label)).join(", ")})`;
      return `${expr.op}${by} (${encode(expr.of)})`;
    }
    case "labelled": {
      const value = quote(expr.value.replaceAll("$", "$$$$"));
      return `label_replace(${encode(expr.of)}, ${quote(named(LABEL, expr.label))}, ${value}, "", "")`;
    }
    case "binary":
      return `(${encode(expr.left)} ${expr.op} ${encode(expr.right)})`;
  }
}

function named(pattern: RegExp, name: string): string {
  if (!pattern.test(name)) throw new RangeError(`not a name in PromQL: ${name}`);
  return name;
}

/**
 * A double-quoted string with Go's escapes (https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals):
 * those that JSON writes are all among them.
 */
export const quote = (text: string): string => JSON.stringify(text.toWellFormed());

/** A regular expression (RE2) that fits this text and nothing else. */
export const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
