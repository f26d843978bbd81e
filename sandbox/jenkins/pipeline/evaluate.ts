import { type StringPart } from "./lexer.ts";
import { type RunGround, type Scope, StepFailure } from "./run-state.ts";
import { type Call, type Expression } from "./syntax-tree.ts";

/** A value as a Groovy string would show it; `env.X` and `params.X` that are not set are "null". */
export function textOf(expression: Expression | undefined, scope: Scope, ground: RunGround): string {
  switch (expression?.kind) {
    case "string":
      return expression.parts.map((part) => partText(part, scope, ground)).join("");
    case "path":
      return lookUp(expression.path, scope, ground);
    case "literal":
      return String(expression.value);
    case "list":
      return `[${expression.items.map((item) => textOf(item, scope, ground)).join(", ")}]`;
    case "call":
      throw new StepFailure(noSuchMethod(expression.call.name));
    case undefined:
      return "";
  }
}

export function textArgument(call: Call, name: string, scope: Scope, ground: RunGround): string {
  const expression = call.named.get(name) ?? call.positional[0];
  if (expression === undefined)
    throw new StepFailure(`java.lang.IllegalArgumentException: ${call.name}: missing ${name}`);
  return textOf(expression, scope, ground);
}

export function flagArgument(call: Call, name: string): boolean {
  const expression = call.named.get(name);
  return expression?.kind === "literal" && expression.value === true;
}

export function noSuchMethod(name: string): string {
  return `java.lang.NoSuchMethodError: No such DSL method '${name}' found among steps [deleteDir, dir, echo, error, script, sh, sleep, timeout, withCredentials, withEnv]`;
}

function partText(part: StringPart, scope: Scope, ground: RunGround): string {
  return "text" in part ? part.text : lookUp(part.path, scope, ground);
}

function lookUp(path: string, scope: Scope, ground: RunGround): string {
  const [first = "", name, ...rest] = path.split(".");
  if (rest.length === 0 && name !== undefined) {
    if (first === "env") return scope.env[name] ?? "null";
    if (first === "params") return ground.parameters.get(name) ?? "null";
  }
  const value = name === undefined ? (scope.env[first] ?? ground.parameters.get(first)) : undefined;
  if (value !== undefined) return value;
  throw new StepFailure(
    `groovy.lang.MissingPropertyException: No such property: ${first} for class: groovy.lang.Binding`,
  );
}
