import { DockerfileParser } from "dockerfile-ast";
import { BuildError } from "./build-error.ts";
import { expandWord, type Lookup, splitWords } from "./words.ts";

export type Instruction = {
  line: number;
  keyword: string;
  /** `--from=build` becomes `from: ["build"]`; a flag may come twice (`--mount`). */
  flags: Record<string, string[]>;
  /** What follows the keyword and its flags, continuation lines joined and comments between them left out. */
  text: string;
};

export type Stage = { index: number; name: string | undefined; base: string; instructions: Instruction[] };
export type ParsedDockerfile = { globalArgs: Instruction[]; stages: Stage[] };

/** Reads a Dockerfile into its stages; `FROM` is resolved later, for it may use global ARGs. Throws {@link BuildError}. */
export function parseDockerfile(source: string): ParsedDockerfile {
  const globalArgs: Instruction[] = [];
  const stages: Stage[] = [];
  for (const instruction of readInstructions(source)) {
    const stage = stages.at(-1);
    if (instruction.keyword === "FROM") stages.push(readFrom(instruction, stages.length));
    else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.keyword === "ARG") globalArgs.push(instruction);
    else throw new BuildError(`dockerfile parse error on line ${instruction.line}: no build stage in current context`);
  }
  if (stages.length === 0) throw new BuildError("file with no instructions: the Dockerfile has no FROM");
  return { globalArgs, stages };
}

function readFrom(instruction: Instruction, index: number): Stage {
  const [base, as, name] = splitWords(instruction.text);
  if (base === undefined)
    throw new BuildError(`dockerfile parse error on line ${instruction.line}: FROM requires an image`);
  if (as !== undefined && (as.toUpperCase() !== "AS" || name === undefined)) {
    throw new BuildError(
      `dockerfile parse error on line ${instruction.line}: FROM requires either one or three arguments`,
    );
  }
  return { index, name: name?.toLowerCase(), base, instructions: [] };
}

const KEYWORDS = new Set(
  "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split(
    " ",
  ),
);

const TAKES_FLAGS = new Set(["ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"]);

function readInstructions(source: string): Instruction[] {
  const dockerfile = DockerfileParser.parse(source);
  const escape = dockerfile.getEscapeCharacter();
  return dockerfile.getInstructions().map((node) => {
    const line = node.getRange().start.line + 1;
    const keyword = node.getKeyword();
    if (!KEYWORDS.has(keyword)) {
      throw new BuildError(`dockerfile parse error on line ${line}: unknown instruction: ${node.getInstruction()}`);
    }
    const text = joinLines(node.getTextContent().slice(keyword.length).trimStart(), escape);
    return { line, keyword, ...(TAKES_FLAGS.has(keyword) ? takeFlags(text) : { flags: {}, text }) };
  });
}

function joinLines(text: string, escape: string): string {
  if (/<<-?["']?\w/.test(text.split("\n")[0] ?? "")) return text;
  const lines = text.split(/\r?\n/).filter((line, i) => i === 0 || !line.trimStart().startsWith("#"));
  return lines
    .map((line) => (line.trimEnd().endsWith(escape) ? line.trimEnd().slice(0, -1) : line))
    .join("")
    .trim();
}

function takeFlags(text: string): { flags: Record<string, string[]>; text: string } {
  const flags: Record<string, string[]> = {};
  let rest = text;
  for (
    let match = /^--([a-z-]+)(?:=(\S+))?\s+/.exec(rest);
    match?.[1] !== undefined;
    match = /^--([a-z-]+)(?:=(\S+))?\s+/.exec(rest)
  ) {
    (flags[match[1]] ??= []).push(match[2] ?? "true");
    rest = rest.slice(match[0].length);
  }
  return { flags, text: rest };
}

/** The exec form `["a","b"]` as its strings, or undefined for the shell form. */
export function jsonForm(text: string): string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
  } catch {
    return undefined; // Docker takes what is not JSON as the shell form.
  }
}

/** `K=V K2="v 2"`, or the old form `K the rest`. */
export function keyValues(text: string, lookup: Lookup): [string, string][] {
  const words = splitWords(text);
  const [first = ""] = words;
  if (!first.includes("=")) return [[first, expandWord(text.slice(first.length).trim(), lookup)]];
  return words.map((word) => {
    const at = word.indexOf("=");
    return [expandWord(word.slice(0, at), lookup), expandWord(word.slice(at + 1), lookup)];
  });
}

/** Bodies of the here-documents of one instruction, by name; the command line is the text before the first newline. */
export function heredocs(text: string): { command: string; bodies: { name: string; body: string }[] } {
  const [command = "", ...lines] = text.split("\n");
  const bodies: { name: string; body: string }[] = [];
  for (const [, dash, name = ""] of command.matchAll(/<<(-?)["']?(\w+)["']?/g)) {
    const end = lines.findIndex((line) => line.trim() === name);
    const taken = lines.splice(0, end + 1).slice(0, -1);
    bodies.push({ name, body: taken.map((line) => `${dash === "-" ? line.replace(/^\t+/, "") : line}\n`).join("") });
  }
  return { command, bodies };
}
