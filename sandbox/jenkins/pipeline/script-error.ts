/** The script does not compile: a place in it and what is wrong there. */
export class ScriptError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, at: { line: number; column: number }) {
    super(message);
    this.line = at.line;
    this.column = at.column;
  }
}

/** What Jenkins prints for a Groovy compilation error, with the source line and a mark below it. */
export function describeScriptError(error: ScriptError, script: string): string {
  const source = script.split("\n")[error.line - 1] ?? "";
  return [
    "org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:",
    `WorkflowScript: ${error.line}: ${error.message} @ line ${error.line}, column ${error.column}.`,
    `   ${source.trimEnd()}`,
    `   ${" ".repeat(Math.max(0, error.column - 1))}^`,
    "",
    "1 error",
    "",
  ].join("\n");
}
