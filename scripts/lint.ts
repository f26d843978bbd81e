/**
 * `npm run lint`: everything that can be judged without running the product. Each check is named, all of them run,
 * and the last line says how many held.
 */
import { type CommandResult, runCommand } from "./run-command.ts";

const CHECKS: { name: string; command: string; args: string[] }[] = [
  { name: "format (biome)", command: "biome", args: ["ci", "--linter-enabled=false", "."] },
  { name: "code (eslint)", command: "eslint", args: [".", "--max-warnings=0"] },
  {
    name: "rooms (dependency-cruiser)",
    command: "depcruise",
    args: ["app", "components", "lib", "worker", "sandbox", "scripts", "tests"],
  },
  { name: "unused (knip)", command: "knip", args: ["--no-progress"] },
  { name: "database schema (prisma)", command: "prisma", args: ["validate"] },
  // Replays the migrations into a Postgres of its own: about five seconds.
  { name: "migrations (drift)", command: "node", args: ["scripts/db-migration.ts", "--check"] },
];

/** Runs the named checks, or all of them; returns what each came to. */
export async function lint(): Promise<{ name: string; result: CommandResult }[]> {
  const results = [];
  for (const check of CHECKS) {
    console.log(`\n── lint: ${check.name}`);
    results.push({ name: check.name, result: await runCommand(check.command, check.args) });
  }
  return results;
}

if (import.meta.main) {
  const results = await lint();
  const failed = results.filter((r) => r.result.exitCode !== 0);
  for (const f of failed) console.error(`lint: ${f.name} failed`);
  console.log(`lint: ${results.length - failed.length} passed, ${failed.length} failed`);
  process.exit(failed.length === 0 ? 0 : 1);
}
