import { tokenize } from "./lexer.ts";
import { parseExpression, parseSteps } from "./parse-steps.ts";
import { ScriptError } from "./script-error.ts";
import {
  type Assignment,
  type Pipeline,
  POST_CONDITIONS,
  type Post,
  type PostCondition,
  type Stage,
} from "./syntax-tree.ts";
import { TokenReader } from "./token-reader.ts";

/** Sections that are read and have no effect here: the sandbox has one agent, and jobs declare their parameters in XML. */
const IGNORED = ["options", "parameters", "triggers", "tools"];

/**
 * Reads a declarative pipeline: https://www.jenkins.io/doc/book/pipeline/syntax/#declarative-pipeline.
 * Throws {@link ScriptError} for what is wrong and for what the sandbox does not interpret.
 */
export function parsePipeline(script: string): Pipeline {
  const reader = new TokenReader(tokenize(script));
  const start = reader.expectName("Expected a declarative pipeline");
  if (start.text !== "pipeline") throw new ScriptError(`Expected a declarative pipeline, found '${start.text}'`, start);
  const pipeline: Pipeline = { environment: [], stages: [], post: new Map() };
  let hasAgent = false;
  reader.expectMark("{");
  while (!reader.takeMark("}")) {
    const section = reader.expectName("Expected a section");
    if (section.text === "agent") {
      hasAgent = true;
      skipAgent(reader);
    } else if (section.text === "environment") pipeline.environment = parseEnvironment(reader);
    else if (section.text === "stages") pipeline.stages = parseStages(reader);
    else if (section.text === "post") pipeline.post = parsePost(reader);
    else if (IGNORED.includes(section.text)) reader.skipBlock();
    else throw new ScriptError(`Undefined section "${section.text}"`, section);
  }
  const end = reader.peek();
  if (end.kind !== "end") throw new ScriptError("unexpected code after the pipeline block", end);
  if (!hasAgent) throw new ScriptError('Missing required section "agent"', start);
  if (pipeline.stages.length === 0) throw new ScriptError('Missing required section "stages"', start);
  return pipeline;
}

function skipAgent(reader: TokenReader): void {
  if (reader.isMark("{")) reader.skipBlock();
  else reader.skipLine();
}

function parseStages(reader: TokenReader): Stage[] {
  const stages: Stage[] = [];
  const open = reader.expectMark("{");
  while (!reader.takeMark("}")) {
    const name = reader.expectName("Expected a stage");
    if (name.text !== "stage") throw new ScriptError("Expected a stage", name);
    stages.push(parseStage(reader));
  }
  if (stages.length === 0) throw new ScriptError("No stages specified", open);
  return stages;
}

function parseStage(reader: TokenReader): Stage {
  reader.expectMark("(");
  const title = reader.next();
  const text = title.kind === "string" ? title.parts.map((part) => ("text" in part ? part.text : "")).join("") : "";
  if (text === "") throw new ScriptError("Expected a stage name", title);
  reader.expectMark(")");
  const stage: Stage = { name: text, environment: [], steps: [], post: new Map() };
  let hasSteps = false;
  reader.expectMark("{");
  while (!reader.takeMark("}")) {
    const section = reader.expectName("Expected a section");
    if (section.text === "steps") {
      hasSteps = true;
      stage.steps = parseSteps(reader);
    } else if (section.text === "environment") stage.environment = parseEnvironment(reader);
    else if (section.text === "post") stage.post = parsePost(reader);
    else if (section.text === "agent") skipAgent(reader);
    else if (IGNORED.includes(section.text)) reader.skipBlock();
    else
      throw new ScriptError(
        `Unknown stage section "${section.text}" (the sandbox runs steps, environment and post)`,
        section,
      );
  }
  if (!hasSteps) throw new ScriptError(`Expected one of "steps", "stages", or "parallel" for stage "${text}"`, title);
  return stage;
}

function parseEnvironment(reader: TokenReader): Assignment[] {
  const assignments: Assignment[] = [];
  reader.expectMark("{");
  while (!reader.takeMark("}")) {
    const name = reader.expectName("Expected name=value pairs");
    reader.expectMark("=");
    assignments.push({ name: name.text, value: parseExpression(reader) });
  }
  return assignments;
}

function parsePost(reader: TokenReader): Post {
  const post: Post = new Map();
  reader.expectMark("{");
  while (!reader.takeMark("}")) {
    const token = reader.expectName("Expected a post condition");
    const condition = POST_CONDITIONS.find((known: PostCondition) => known === token.text);
    if (condition === undefined)
      throw new ScriptError(
        `Invalid condition "${token.text}" - valid conditions are ${POST_CONDITIONS.join(", ")}`,
        token,
      );
    post.set(condition, parseSteps(reader));
  }
  return post;
}
