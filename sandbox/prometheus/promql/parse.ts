import { parser } from "@prometheus-io/lezer-promql";
import { type Expr, type Matching, type Moment, ParseError } from "./ast.ts";
import { check } from "./check.ts";
import { FUNCTIONS } from "./functions.ts";
import { durationOf, labelTest, numberOf, stringOf } from "./literals.ts";

type Tree = ReturnType<typeof parser.parse>;
type Node = Tree["topNode"];

/** Reads a query with Prometheus's own grammar; throws ParseError in its words where it cannot be one. */
export function parse(text: string): Expr {
  const tree = parser.parse(text);
  refuseErrors(text, tree);
  const root = tree.topNode.firstChild;
  if (root === null) throw new ParseError(text, 0, "no expression found in input");
  const expr = new Reader(text).expr(root);
  check(text, expr);
  return expr;
}

function refuseErrors(text: string, tree: Tree): void {
  if (text.replaceAll(/#.*/g, "").trim() === "") throw new ParseError(text, 0, "no expression found in input");
  let wrong: Node | undefined;
  tree.iterate({
    enter: ({ type, node }) => {
      if (type.isError) wrong ??= node;
      return wrong === undefined;
    },
  });
  if (wrong === undefined) return;
  const { from, parent } = wrong;
  const found = text.slice(from);
  if (found.startsWith("(") && parent?.name === "VectorSelector")
    throw new ParseError(text, parent.from, `unknown function with name "${text.slice(parent.from, from).trim()}"`);
  const open = text.lastIndexOf("(");
  if (found.trim() === "" && parent?.name === "FunctionCallBody" && !text.slice(open).includes(")"))
    throw new ParseError(text, text.length, "unclosed left parenthesis");
  const stray = parent?.name === "PromQL" && found.startsWith(")");
  throw new ParseError(
    text,
    stray ? from + 1 : from,
    `unexpected ${nameOf(found)}${CONTEXT[parent?.name ?? ""] ?? ""}`,
  );
}

function nameOf(found: string): string {
  const [token = ""] = /^(\w+|\S)/.exec(found) ?? [];
  if (token === "") return "end of input";
  if (/^[a-zA-Z_]/.test(token)) return `identifier "${token}"`;
  return /^\d/.test(token) ? `number "${token}"` : (PUNCTUATION[token] ?? `character: '${token}'`);
}

/** Where the grammar stumbles, by the node that it was in. */
const CONTEXT: Record<string, string> = {
  OffsetExpr: " in offset, expected duration",
  UnquotedLabelMatcher: " in label matching, expected string",
  LabelMatchers: " inside braces",
};

const PUNCTUATION: Record<string, string> = {
  ")": "right parenthesis ')'",
  "(": 'left parenthesis "("',
  "}": '"}"',
  "]": '"]"',
  ",": '","',
};

const SET_OPERATORS = ["and", "or", "unless"];

class Reader {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  expr(node: Node): Expr {
    const { from, name } = node;
    const inner = (): Expr => this.expr(childOf(node, 0));
    switch (name) {
      case "ParenExpr":
        return inner();
      case "NumberDurationLiteral":
        return { from, type: "scalar", kind: "number", value: numberOf(this.#of(node)) };
      case "StringLiteral":
        return { from, type: "string", kind: "string", value: stringOf(this.#of(node)) };
      case "VectorSelector":
        return { from, type: "instant vector", kind: "selector", tests: this.#tests(node), offsetMs: 0 };
      case "MatrixSelector": {
        const selector = inner();
        if (selector.kind !== "selector")
          throw new ParseError(this.#text, childOf(node, 0).to, "ranges only allowed for vector selectors");
        return { ...selector, from, type: "range vector", kind: "range", rangeMs: this.#duration(childOf(node, 1)) };
      }
      case "SubqueryExpr": {
        const [, range, step] = children(node);
        const moment = {
          offsetMs: 0,
          stepMs: step && this.#duration(step),
          rangeMs: range ? this.#duration(range) : 0,
        };
        return { from, type: "range vector", kind: "subquery", inner: inner(), ...moment };
      }
      case "OffsetExpr":
        return this.#moved(node, inner(), { offsetMs: this.#duration(childOf(node, 2)) });
      case "StepInvariantExpr":
        return this.#moved(node, inner(), { offsetMs: 0, at: this.#fixed(childOf(node, 2)) });
      case "UnaryExpr":
        return this.#of(childOf(node, 0)) === "-" ? this.#negated(node) : this.expr(childOf(node, 1));
      case "BinaryExpr":
        return this.#binary(node);
      case "FunctionCall": {
        const called = this.#of(childOf(node, 0));
        const type = FUNCTIONS[called]?.returns;
        if (type === undefined) throw this.#error(node, `unknown function with name "${called}"`);
        return { from, type, kind: "call", name: called, args: this.#args(childOf(node, 1)) };
      }
      case "AggregateExpr":
        return this.#aggregate(node);
      default:
        throw this.#error(node, `${name} is not known here`);
    }
  }

  #of = ({ from, to }: Node): string => this.#text.slice(from, to);
  #error = ({ from }: Node, sentence: string): ParseError => new ParseError(this.#text, from, sentence);

  #tests(node: Node) {
    const [identifier] = children(node, "Identifier");
    const name = identifier === undefined ? [] : [labelTest("__name__", "=", this.#of(identifier))];
    const matchers = children(node, "LabelMatchers").flatMap((each) => children(each));
    const tests = matchers.map((matcher) => {
      const parts = children(matcher);
      const [label, op, value] = parts.length === 1 ? [undefined, "=", parts[0]] : [parts[0], parts[1], parts[2]];
      const text = label === undefined ? "__name__" : this.#of(label);
      if (value === undefined || op === undefined) throw this.#error(matcher, "unexpected end of input");
      const plain = label?.name === "QuotedLabelName" ? stringOf(text) : text;
      try {
        return labelTest(plain, typeof op === "string" ? op : this.#of(op), stringOf(this.#of(value)));
      } catch (error) {
        throw this.#error(matcher, error instanceof Error ? error.message : String(error));
      }
    });
    const all = [...name, ...tests];
    if (all.every(({ fits }) => fits("")))
      throw this.#error(node, "vector selector must contain at least one non-empty matcher");
    return all;
  }

  #moved(node: Node, inner: Expr, moment: Moment): Expr {
    if (inner.kind !== "selector" && inner.kind !== "range" && inner.kind !== "subquery")
      throw this.#error(
        node,
        `${moment.at === undefined ? "offset" : "@"} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
      );
    return { ...inner, offsetMs: inner.offsetMs + moment.offsetMs, at: moment.at ?? inner.at };
  }

  #fixed(node: Node): Moment["at"] {
    if (node.name === "NumberDurationLiteral") return numberOf(this.#of(node)) * 1000;
    return this.#of(node) === "start" ? "start" : "end";
  }

  #duration(node: Node): number {
    const ms = durationOf(this.#of(node).replaceAll(/\s/g, ""));
    if (ms === undefined) throw this.#error(node, "missing unit character in duration");
    return ms;
  }

  #negated(node: Node): Expr {
    const inner = this.expr(childOf(node, 1));
    return { from: node.from, type: inner.type, kind: "negate", inner };
  }

  #args = (body: Node): Expr[] => children(body).map((each) => this.expr(each));

  #labels = (node: Node): string[] => children(node).map((each) => this.#of(each));

  #aggregate(node: Node): Expr {
    const op = this.#of(childOf(node, 0));
    const [body] = children(node, "FunctionCallBody");
    const [modifier] = children(node, "AggregateModifier");
    const args = body === undefined ? [] : this.#args(body);
    const [keyword, grouping] = modifier === undefined ? [] : children(modifier);
    const wanted = WITH_PARAMETER.includes(op) ? 2 : 1;
    if (args.length !== wanted)
      throw this.#error(
        node,
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      );
    const [inner, parameter] = [...args].reverse();
    if (inner === undefined) throw this.#error(node, "no arguments for aggregate expression provided");
    const labels = grouping === undefined ? [] : this.#labels(grouping);
    const without = keyword?.name === "Without";
    return { from: node.from, type: "instant vector", kind: "aggregate", op, without, labels, parameter, inner };
  }

  #binary(node: Node): Expr {
    const [left, operator, ...rest] = children(node);
    const right = rest.at(-1);
    if (left === undefined || operator === undefined || right === undefined)
      throw this.#error(node, "unexpected end of input");
    const [l, r, op] = [this.expr(left), this.expr(right), this.#of(operator)];
    const modifier = rest.find(({ name }) => name === "MatchingModifierClause");
    const matching = modifier && this.#matching(modifier);
    const type = l.type === "scalar" && r.type === "scalar" ? "scalar" : "instant vector";
    const bool = rest.some(({ name }) => name === "BoolModifier");
    if (matching?.group !== undefined && SET_OPERATORS.includes(op))
      throw this.#error(node, `no grouping allowed for "${op}" operation`);
    const whole = { from: node.from, type, kind: "binary", op, operatorFrom: operator.from, bool, matching } as const;
    // The grammar takes a sign into the number, but ^ binds closer: -2 ^ 2 is -4.
    if (op === "^" && left.name === "NumberDurationLiteral" && this.#of(left).startsWith("-") && l.kind === "number")
      return { from: node.from, type, kind: "negate", inner: { ...whole, left: { ...l, value: -l.value }, right: r } };
    return { ...whole, left: l, right: r };
  }

  #matching(node: Node): Matching {
    const [keyword, labels, group, include] = children(node);
    return {
      on: keyword?.name === "On",
      labels: labels === undefined ? [] : this.#labels(labels),
      group: group === undefined ? undefined : group.name === "GroupLeft" ? "left" : "right",
      include: include === undefined ? [] : this.#labels(include),
    };
  }
}

const WITH_PARAMETER = ["topk", "bottomk", "quantile", "count_values"];

function children(node: Node, name?: string): Node[] {
  const all: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) all.push(child);
  return name === undefined ? all : all.filter((each) => each.name === name);
}

function childOf(node: Node, index: number): Node {
  const child = children(node)[index];
  if (child === undefined) throw new Error(`the grammar promises a child ${index} of ${node.name}`);
  return child;
}
