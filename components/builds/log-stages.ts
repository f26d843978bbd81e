import type { LogLine } from "../ui/log-buffer.ts";

export type StageMark = { name: string; index: number };

/** Where each pipeline stage begins: Jenkins writes `[Pipeline] { (Name)` (workflow-durable console of declarative pipelines). */
export function stagesOf(lines: readonly LogLine[]): StageMark[] {
  return lines.flatMap((line, index) => {
    const name = /^\[Pipeline\] \{ \((.+)\)$/.exec(line.text)?.[1];
    return name === undefined || name.startsWith("Declarative:") ? [] : [{ name, index }];
  });
}

const TROUBLE = /\b(error|fatal|failed|exception|cannot|not found|no such file)\b/i;
const MACHINERY = /^\[Pipeline\]|^Finished:|^ERROR: script returned exit code/;

/** The line that most likely says why: the first that speaks of trouble, else the last before the pipeline gave up. */
export function firstFailure(lines: readonly LogLine[]): number | undefined {
  const first = lines.findIndex(
    (line) => TROUBLE.test(line.text) && !MACHINERY.test(line.text) && !line.text.startsWith("+ "),
  );
  if (first >= 0) return first;
  const gaveUp = lines.findIndex((line) => /^ERROR: /.test(line.text));
  return gaveUp > 0 ? gaveUp : undefined;
}
