import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runCommand } from "./run-command.ts";

export type Tally = { passed: number; failed: number; skipped: number };

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

/**
 * Runs Vitest projects, or those of their files whose path contains one of `files`. The figures come from the JSON report;
 * a run that wrote none counts as one failure.
 */
export async function runVitest(
  projects: string[],
  options: { files?: string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "kepler-test-"));
  const outputFile = join(folder, "report.json");
  try {
    const { exitCode } = await runCommand(
      "vitest",
      [
        "run",
        ...(options.files ?? []),
        ...projects.flatMap((project) => ["--project", project]),
        ...["--reporter=default", "--reporter=json", `--outputFile.json=${outputFile}`],
      ],
      options.env,
    );
    const counts = report.parse(JSON.parse(await readFile(outputFile, "utf8")));
    const { numPassedTests: passed, numFailedTests: failed } = counts;
    // A suite that cannot be loaded, or an error outside of any test, shows in the exit code alone.
    const unseen = exitCode !== 0 && failed === 0 ? 1 : 0;
    return { passed, failed: failed + unseen, skipped: counts.numPendingTests + counts.numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
