import { type Expr, ParseError, type ValueType } from "./ast.ts";
import { FUNCTIONS } from "./functions.ts";

const SET_OPERATORS = ["and", "or", "unless"];
export const COMPARISONS = ["==", "!=", ">", "<", ">=", "<="];

/** Refuses what the grammar lets through and no value could come of: wrong types and numbers of arguments. */
export function check(text: string, expr: Expr): void {
  const refuse = (at: Expr, sentence: string): never => {
    throw new ParseError(text, at.from, sentence);
  };
  const wants = (type: ValueType, given: Expr, where: string): void => {
    if (given.type !== type) refuse(given, `expected type ${type} in ${where}, got ${given.type}`);
  };
  switch (expr.kind) {
    case "number":
    case "string":
    case "selector":
    case "range":
      return;
    case "negate":
      if (expr.type !== "scalar" && expr.type !== "instant vector")
        refuse(
          expr,
          `unary expression only allowed on expressions of type scalar or instant vector, got "${expr.type}"`,
        );
      return check(text, expr.inner);
    case "subquery":
      if (expr.inner.type !== "instant vector" && expr.inner.type !== "scalar")
        refuse(expr, `subquery is only allowed on instant vector, got ${expr.inner.type} instead`);
      return check(text, expr.inner);
    case "aggregate":
      wants("instant vector", expr.inner, "aggregation expression");
      if (expr.parameter) {
        wants(expr.op === "count_values" ? "string" : "scalar", expr.parameter, "aggregation parameter");
        check(text, expr.parameter);
      }
      return check(text, expr.inner);
    case "binary":
      for (const side of [expr.left, expr.right]) {
        if (side.type !== "scalar" && side.type !== "instant vector")
          refuse(side, "binary expression must contain only scalar and instant vector types");
        if (SET_OPERATORS.includes(expr.op) && side.type === "scalar")
          refuse(expr, `set operator "${expr.op}" not allowed in binary scalar expression`);
        check(text, side);
      }
      if (expr.type === "scalar" && COMPARISONS.includes(expr.op) && !expr.bool)
        throw new ParseError(text, expr.operatorFrom, "comparisons between scalars must use BOOL modifier");
      if (expr.bool && !COMPARISONS.includes(expr.op))
        refuse(expr, "bool modifier can only be used on comparison operators");
      return;
    case "call":
      checkCall(expr, refuse, wants);
      for (const each of expr.args) check(text, each);
  }
}

function checkCall(
  call: Extract<Expr, { kind: "call" }>,
  refuse: (at: Expr, sentence: string) => never,
  wants: (type: ValueType, given: Expr, where: string) => void,
): void {
  const { args = [], optional = 0, repeats = false } = FUNCTIONS[call.name] ?? {};
  const [least, most] = [args.length - optional, repeats ? Infinity : args.length];
  const count = call.args.length;
  const bound = least === most ? "" : count < least ? "at least " : "at most ";
  if (count < least || count > most)
    refuse(
      call,
      `expected ${bound}${count < least ? least : most} argument(s) in call to "${call.name}", got ${count}`,
    );
  call.args.forEach((each, index) =>
    wants(args[Math.min(index, args.length - 1)] ?? "scalar", each, `call to function "${call.name}"`),
  );
}
