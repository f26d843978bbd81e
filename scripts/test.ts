/**
 * `npm test`: everything that can prove the product, cheap proofs first. Runs every phase even when one fails,
 * so that one run tells the whole story, and closes with `N passed, N failed`.
 *   --only lint,unit     these phases alone (npm run validate leaves the browser out; test:clients is `clients`)
 */
import { parseArgs } from "node:util";
import { lint } from "./lint.ts";
import { runCommand } from "./run-command.ts";
import { runVitest, type Tally } from "./run-vitest.ts";

const VITEST_PROJECTS = ["unit", "contract", "integration", "kill", "e2e"] as const;
type Phase = { name: string; run: () => Promise<Tally>; onRequest?: true };

/** One after another; the phases of one line side by side. */
const stages: Phase[][] = [
  // Either keeps one core busy.
  [
    { name: "lint", run: async () => tallyOf((await lint()).map((r) => r.result.exitCode)) },
    { name: "types", run: async () => tallyOf([(await runCommand("tsc", ["--noEmit"])).exitCode]) },
  ],
  ...VITEST_PROJECTS.map((project) => [{ name: project, run: () => runVitest([project]) }]),
  // Needs programs that do not come from npm (see tests/clients).
  [{ name: "clients", run: () => runVitest(["clients"]), onRequest: true }],
];
const phases = stages.flat();

function tallyOf(exitCodes: number[]): Tally {
  const failed = exitCodes.filter((code) => code !== 0).length;
  return { passed: exitCodes.length - failed, failed, skipped: 0 };
}

const { values } = parseArgs({ options: { only: { type: "string" } } });
const wanted = values.only?.split(",") ?? phases.filter((phase) => !phase.onRequest).map((phase) => phase.name);
const unknown = wanted.filter((name) => !phases.some((phase) => phase.name === name));
if (unknown.length > 0) {
  console.error(`unknown phase: ${unknown.join(", ")} (there are: ${phases.map((phase) => phase.name).join(", ")})`);
  process.exit(2);
}

const total: Tally = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
for (const stage of stages) {
  const asked = stage.filter(({ name }) => wanted.includes(name));
  lines.push(...(await Promise.all(asked.map(runPhase))));
}

console.log(`\n${lines.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

/** Adds what it came to; answers with a line that says so. */
async function runPhase(phase: Phase): Promise<string> {
  console.log(`\n━━ ${phase.name}`);
  const startedAt = performance.now();
  const tally = await phase.run();
  for (const key of ["passed", "failed", "skipped"] as const) total[key] += tally[key];
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  return `${phase.name.padEnd(12)} ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped  ${seconds} s`;
}
