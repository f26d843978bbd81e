import { RE2JS } from "re2js";
import { ExecutionError, type Expr, type ValueType } from "./ast.ts";
import { NAME, nameless, withLabel } from "./labels.ts";
import { histogramQuantile } from "./quantiles.ts";
import { RANGE_FUNCTIONS } from "./range-functions.ts";
import { distinct, type Sample, type Value, vector } from "./values.ts";

/** What a function is given: its arguments' values, the arguments as written, and the moment. */
export type Call = { args: Value[]; written: Expr[]; at: number };
export type PromFunction = {
  args: ValueType[];
  /** How many of the last arguments may be left out. */
  optional?: number;
  /** The last argument may come again. */
  repeats?: boolean;
  returns: ValueType;
  call(call: Call): Value;
};

const samplesOf = (value: Value | undefined): Sample[] => (value?.type === "vector" ? value.samples : []);
const scalarOf = (value: Value | undefined): number => (value?.type === "scalar" ? value.value : NaN);
const textOf = (value: Value | undefined): string => (value?.type === "string" ? value.value : "");

/** A function of each value by itself. */
const each = (make: (value: number, ...scalars: number[]) => number, scalars = 0, optional = 0): PromFunction => ({
  args: ["instant vector", ...Array<ValueType>(scalars).fill("scalar")],
  optional,
  returns: "instant vector",
  call: ({ args: [of, ...rest] }) => {
    const numbers = rest.map(scalarOf);
    return vector(
      distinct(
        samplesOf(of).map(({ labels, value }) => ({ labels: nameless(labels), value: make(value, ...numbers) })),
      ),
    );
  },
});

/** A function of a part of the date, of now when nothing is given. */
const ofDate = (make: (date: Date) => number): PromFunction => ({
  args: ["instant vector"],
  optional: 1,
  returns: "instant vector",
  call: ({ args: [of], at }) => {
    const samples = of === undefined ? [{ labels: {}, value: at / 1000 }] : samplesOf(of);
    return vector(
      samples.map(({ labels, value }) => ({ labels: nameless(labels), value: make(new Date(value * 1000)) })),
    );
  },
});

const overRange = (name: string, args: ValueType[]): PromFunction => ({
  args,
  returns: "instant vector",
  call: (call) => {
    const make = RANGE_FUNCTIONS[name];
    const range = call.args.find((value) => value.type === "matrix");
    const scalars = call.args.filter((value) => value.type === "scalar").map(scalarOf);
    if (make === undefined || range === undefined) return vector([]);
    const keepsName = name === "last_over_time";
    return vector(
      distinct(
        range.series.flatMap(({ labels, points }) => {
          const value = make(points, range.window, ...scalars);
          return value === undefined ? [] : [{ labels: keepsName ? labels : nameless(labels), value }];
        }),
      ),
    );
  },
});

const sorted = (descending: boolean): PromFunction => ({
  args: ["instant vector"],
  returns: "instant vector",
  call: ({ args: [of] }) =>
    vector(
      [...samplesOf(of)].sort(({ value: a }, { value: b }) =>
        Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : descending ? b - a : a - b,
      ),
    ),
});

/** 1 when there is nothing, with the labels that the selector asks to be equal to something. */
const absent = (args: ValueType[]): PromFunction => ({
  args,
  returns: "instant vector",
  call: ({ args: [of], written: [expr] }) => {
    const count =
      of?.type === "matrix" ? of.series.filter(({ points }) => points.length > 0).length : samplesOf(of).length;
    if (count > 0) return vector([]);
    const tests = expr?.kind === "selector" || expr?.kind === "range" ? expr.tests : [];
    const wanted = tests.filter(
      ({ label, equals }) =>
        label !== NAME && equals !== undefined && tests.filter((test) => test.label === label).length === 1,
    );
    return vector([{ labels: Object.fromEntries(wanted.map(({ label, value }) => [label, value])), value: 1 }]);
  },
});

const round = (value: number, to = 1): number => Math.floor(value * (1 / to) + 0.5) / (1 / to);

const labelReplace: PromFunction = {
  args: ["instant vector", "string", "string", "string", "string"],
  returns: "instant vector",
  call: ({ args: [of, ...texts] }) => {
    const [to = "", replacement = "", from = "", regex = ""] = texts.map(textOf);
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(to))
      throw new ExecutionError(`invalid destination label name in label_replace(): ${to}`);
    const pattern = compiled(regex);
    const samples = samplesOf(of).map(({ labels, value }) => {
      const matcher = pattern.matcher(labels[from] ?? "");
      if (!matcher.matches()) return { labels, value };
      const filled = replacement.replaceAll(/\$(\w+|\{\w+\}|\$)/g, (_whole, group: string) => {
        const name = group.replaceAll(/[{}]/g, "");
        if (name === "$") return "$";
        const found = /^\d+$/.test(name)
          ? groupOf(() => matcher.group(Number(name)))
          : groupOf(() => matcher.group(name));
        return found ?? "";
      });
      return { labels: withLabel(labels, to, filled), value };
    });
    return vector(distinct(samples));
  },
};

const groupOf = (read: () => string | null): string | null => {
  try {
    return read();
  } catch {
    return null;
  }
};

function compiled(regex: string): RE2JS {
  try {
    return RE2JS.compile(regex);
  } catch {
    throw new ExecutionError(`invalid regular expression in label_replace(): ${regex}`);
  }
}

const labelJoin: PromFunction = {
  args: ["instant vector", "string", "string", "string"],
  optional: 1,
  repeats: true,
  returns: "instant vector",
  call: ({ args: [of, ...texts] }) => {
    const [to = "", separator = "", ...from] = texts.map(textOf);
    const join = (labels: Sample["labels"]): string => from.map((name) => labels[name] ?? "").join(separator);
    return vector(
      distinct(samplesOf(of).map(({ labels, value }) => ({ labels: withLabel(labels, to, join(labels)), value }))),
    );
  },
};

const RANGE: ValueType[] = ["range vector"];
const ranges = Object.keys(RANGE_FUNCTIONS).map((name) => [name, overRange(name, RANGE)] as const);
const degrees = Math.PI / 180;

/** By name (prometheus.io/docs/prometheus/latest/querying/functions); what is not here, Prometheus may know and we do not. */
export const FUNCTIONS: Record<string, PromFunction> = {
  ...Object.fromEntries(ranges),
  predict_linear: overRange("predict_linear", ["range vector", "scalar"]),
  quantile_over_time: overRange("quantile_over_time", ["scalar", "range vector"]),
  absent: absent(["instant vector"]),
  absent_over_time: absent(["range vector"]),
  abs: each(Math.abs),
  ceil: each(Math.ceil),
  floor: each(Math.floor),
  exp: each(Math.exp),
  ln: each(Math.log),
  log2: each(Math.log2),
  log10: each(Math.log10),
  sqrt: each(Math.sqrt),
  sgn: each((value) => (value < 0 ? -1 : value > 0 ? 1 : value)),
  deg: each((value) => value / degrees),
  rad: each((value) => value * degrees),
  round: each(round, 1, 1),
  clamp_min: each((value, min = NaN) => (Number.isNaN(min) ? NaN : Math.max(value, min)), 1),
  clamp_max: each((value, max = NaN) => (Number.isNaN(max) ? NaN : Math.min(value, max)), 1),
  clamp: {
    ...each((value, min = NaN, max = NaN) => Math.max(min, Math.min(max, value)), 2),
    call: (call) =>
      scalarOf(call.args[2]) < scalarOf(call.args[1])
        ? vector([])
        : each((value, min = NaN, max = NaN) => Math.max(min, Math.min(max, value)), 2).call(call),
  },
  sort: sorted(false),
  sort_desc: sorted(true),
  label_replace: labelReplace,
  label_join: labelJoin,
  histogram_quantile: {
    args: ["scalar", "instant vector"],
    returns: "instant vector",
    call: ({ args: [phi, of] }) => vector(histogramQuantile(scalarOf(phi), samplesOf(of))),
  },
  scalar: {
    args: ["instant vector"],
    returns: "scalar",
    call: ({ args: [of] }) => {
      const [only, ...others] = samplesOf(of);
      return { type: "scalar", value: only === undefined || others.length > 0 ? NaN : only.value };
    },
  },
  vector: {
    args: ["scalar"],
    returns: "instant vector",
    call: ({ args: [of] }) => vector([{ labels: {}, value: scalarOf(of) }]),
  },
  time: { args: [], returns: "scalar", call: ({ at }) => ({ type: "scalar", value: at / 1000 }) },
  pi: { args: [], returns: "scalar", call: () => ({ type: "scalar", value: Math.PI }) },
  // A selector's own sample times are put in by the evaluator; anything else has been made just now.
  timestamp: each((value) => value),
  minute: ofDate((date) => date.getUTCMinutes()),
  hour: ofDate((date) => date.getUTCHours()),
  day_of_week: ofDate((date) => date.getUTCDay()),
  day_of_month: ofDate((date) => date.getUTCDate()),
  day_of_year: ofDate((date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1),
  days_in_month: ofDate((date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()),
  month: ofDate((date) => date.getUTCMonth() + 1),
  year: ofDate((date) => date.getUTCFullYear()),
};
