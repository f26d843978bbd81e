import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Classes whose first argument and `next` are shown to people (lib/platform/errors.ts). */
const ERRORS = new Set(["NotFound", "Conflict", "Denied", "RateLimited", "Unavailable", "Invalid"]);
const SHOWN = new Set(["message", "next", "sentence"]);

type Texts = {
  /** Everything written in quotes or backticks, with `{0}`, `{1}` … where values stand. */
  all: Set<string>;
  /** Those that a person gets to read as a sentence. */
  sentences: Set<string>;
};

/** What the server's sources can say. */
export function serverTexts(folders: readonly string[]): Texts {
  const texts: Texts = { all: new Set(), sentences: new Set() };
  for (const file of folders.flatMap(sourcesIn)) {
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      const text = textOf(node);
      if (text !== null) {
        texts.all.add(text);
        if (isSentence(text) && (isShown(node) || /^[A-Z{].*\.$/s.test(text)) && !isLogged(node)) {
          texts.sentences.add(text);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return texts;
}

const sourcesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.includes("generated"))
    .map((entry) => join(entry.parentPath, entry.name));

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.templateSpans.reduce((said, span, i) => `${said}{${i}}${span.literal.text}`, node.head.text);
}

/** Two words of our own at least: message keys have none, and values alone need no translation. */
const isSentence = (text: string): boolean => /[A-Za-z']{2,}[^{}]* [a-z']{2,}/.test(text.replaceAll(/\{\d+\}/g, "{}"));

/** Is it what an error is made with, directly or as one of two possibilities? */
function isShown(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isConditionalExpression(parent) || ts.isParenthesizedExpression(parent)) return isShown(parent);
  if (ts.isBinaryExpression(parent)) return isShown(parent);
  if (ts.isNewExpression(parent)) {
    return parent.arguments?.[0] === node && ts.isIdentifier(parent.expression) && ERRORS.has(parent.expression.text);
  }
  return ts.isPropertyAssignment(parent) && ts.isIdentifier(parent.name) && SHOWN.has(parent.name.text);
}

const isLogged = (node: ts.Node): boolean =>
  ts.isCallExpression(node.parent) && /^log\.|logger|console\./.test(node.parent.expression.getText());
