import { type StringPart } from "./lexer.ts";

export type Expression =
  | { kind: "string"; parts: StringPart[] }
  | { kind: "literal"; value: string | number | boolean | null }
  | { kind: "path"; path: string }
  | { kind: "list"; items: Expression[] }
  | { kind: "call"; call: Call };

/** `name(positional, named: …) { body }`, as a step or as a value. */
export type Call = {
  name: string;
  positional: Expression[];
  named: Map<string, Expression>;
  body: Call[] | undefined;
  line: number;
};

export type Assignment = { name: string; value: Expression };

export const POST_CONDITIONS = [
  "always",
  "success",
  "failure",
  "aborted",
  "unsuccessful",
  "changed",
  "unstable",
  "cleanup",
] as const;
export type PostCondition = (typeof POST_CONDITIONS)[number];
export type Post = Map<PostCondition, Call[]>;

export type Stage = { name: string; environment: Assignment[]; steps: Call[]; post: Post };
export type Pipeline = { environment: Assignment[]; stages: Stage[]; post: Post };
