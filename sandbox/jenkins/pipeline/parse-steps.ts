import { ScriptError } from "./script-error.ts";
import { type Call, type Expression } from "./syntax-tree.ts";
import { spell, type TokenReader } from "./token-reader.ts";

/** `{ step… }` */
export function parseSteps(reader: TokenReader): Call[] {
  reader.expectMark("{");
  const steps: Call[] = [];
  while (!reader.takeMark("}")) steps.push(parseCall(reader));
  return steps;
}

/** `sh 'x'`, `sh(script: 'x', returnStatus: true)`, `dir('a') { … }`. */
function parseCall(reader: TokenReader): Call {
  const name = reader.expectName("Expected a step");
  const call: Call = { name: name.text, positional: [], named: new Map(), body: undefined, line: name.line };
  if (reader.isMark("(", reader.peekOnLine())) {
    reader.expectMark("(");
    if (!reader.takeMark(")")) {
      parseArguments(reader, call);
      reader.expectMark(")");
    }
  } else if (startsArgument(reader)) {
    parseArguments(reader, call);
  }
  if (reader.isMark("{", reader.peekOnLine())) call.body = parseSteps(reader);
  else if (reader.isMark("=", reader.peekOnLine())) {
    throw new ScriptError("Expected a step (variables need a script block, which the sandbox does not run)", name);
  }
  return call;
}

function startsArgument(reader: TokenReader): boolean {
  const token = reader.peekOnLine();
  return token.kind === "string" || token.kind === "name" || token.kind === "number" || reader.isMark("[", token);
}

function parseArguments(reader: TokenReader, call: Call): void {
  do {
    const token = reader.peek();
    if (token.kind === "name" && reader.isFollowedBy(":")) {
      reader.next();
      reader.expectMark(":");
      call.named.set(token.text, parseExpression(reader));
    } else {
      call.positional.push(parseExpression(reader));
    }
  } while (reader.takeMark(","));
}

/** A value; strings may be joined by `+`. */
export function parseExpression(reader: TokenReader): Expression {
  const value = parseValue(reader);
  if (!reader.isMark("+", reader.peekOnLine())) return value;
  reader.expectMark("+");
  const rest = parseExpression(reader);
  return { kind: "string", parts: [...partsOf(value), ...partsOf(rest)] };
}

function partsOf(value: Expression) {
  if (value.kind === "string") return value.parts;
  if (value.kind === "path") return [{ path: value.path }];
  return value.kind === "literal" ? [{ text: String(value.value) }] : [];
}

function parseValue(reader: TokenReader): Expression {
  const token = reader.peek();
  if (reader.takeMark("[")) return parseList(reader);
  if (token.kind === "string") {
    reader.next();
    return { kind: "string", parts: token.parts };
  }
  if (token.kind === "number") {
    reader.next();
    return { kind: "literal", value: Number(token.text) };
  }
  if (token.kind !== "name") throw new ScriptError(`unexpected token: ${spell(token)}`, token);
  if (reader.isFollowedBy("(")) return { kind: "call", call: parseCall(reader) };
  reader.next();
  const literal = LITERALS.get(token.text);
  if (literal !== undefined) return { kind: "literal", value: literal };
  let path = token.text;
  while (reader.isMark(".", reader.peekOnLine())) {
    reader.expectMark(".");
    path += `.${reader.expectName("expecting a property").text}`;
  }
  return { kind: "path", path };
}

const LITERALS = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

function parseList(reader: TokenReader): Expression {
  const items: Expression[] = [];
  while (!reader.takeMark("]")) {
    items.push(parseExpression(reader));
    if (!reader.isMark("]")) reader.expectMark(",");
  }
  return { kind: "list", items };
}
