/** `equals` where the test is for one value, which an index can use. A label that is not there counts as empty. */
export type LabelTest = {
  label: string;
  op: "=" | "!=" | "=~" | "!~";
  value: string;
  equals?: string;
  fits(value: string): boolean;
};

/** When a selector looks: `at` (milliseconds, or an end of the query) fixes the time, `offsetMs` goes back from there. */
export type Moment = { offsetMs: number; at?: number | "start" | "end" };
export type Matching = { on: boolean; labels: string[]; group?: "left" | "right"; include: string[] };
export type ValueType = "scalar" | "string" | "instant vector" | "range vector";

/** A PromQL expression (prometheus.io/docs/prometheus/latest/querying/basics). `from` is where it begins in the text. */
export type Expr = { from: number; type: ValueType } & (
  | { kind: "number"; value: number }
  | { kind: "string"; value: string }
  | ({ kind: "selector"; tests: LabelTest[] } & Moment)
  | ({ kind: "range"; tests: LabelTest[]; rangeMs: number } & Moment)
  | ({ kind: "subquery"; inner: Expr; rangeMs: number; stepMs?: number } & Moment)
  | { kind: "call"; name: string; args: Expr[] }
  | { kind: "aggregate"; op: string; without: boolean; labels: string[]; parameter?: Expr; inner: Expr }
  | { kind: "binary"; op: string; operatorFrom: number; left: Expr; right: Expr; bool: boolean; matching?: Matching }
  | { kind: "negate"; inner: Expr }
);

/** What is wrong with a query as it is written (bad_data), in Prometheus's words. */
export class ParseError extends Error {
  constructor(text: string, at: number, sentence: string) {
    const before = text.slice(0, at).split("\n");
    super(`${before.length}:${(before.at(-1)?.length ?? 0) + 1}: parse error: ${sentence}`);
    this.name = "ParseError";
  }
}

/** What goes wrong while a query is worked on (execution). */
export class ExecutionError extends Error {}
