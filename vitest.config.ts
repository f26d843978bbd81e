import { defineConfig } from "vitest/config";
import { LongestFirst } from "./scripts/longest-first.ts";

// `server-only` throws outside a server bundle unless this condition is set (the worker runs with it too).
const conditions = ["react-server", "node"];

type Project = { name: string; timeoutMs: number; workers?: number };

const project = ({ name, timeoutMs, workers = 1 }: Project, groupOrder: number) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    environment: "node" as const,
    testTimeout: timeoutMs,
    hookTimeout: Math.max(timeoutMs, 60_000),
    maxWorkers: workers,
    // Projects that are run together run one after another.
    sequence: { groupOrder },
    execArgv: ["--conditions=react-server"],
    retry: 0,
    // Of tests that say of themselves that they may run side by side: most of their time is waiting.
    maxConcurrency: 10,
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { name: "unit", timeoutMs: 10_000, workers: 2 },
      { name: "contract", timeoutMs: 60_000 },
      // Each file has a database and systems of its own, and waits more than it works.
      { name: "integration", timeoutMs: 120_000, workers: 3 },
      // A kill at every point takes the whole machine, so it has it for itself.
      { name: "kill", timeoutMs: 120_000 },
      // Other people's clients; `npm run test:clients` runs it, `npm test` does not: the clients are not from npm.
      { name: "clients", timeoutMs: 120_000, workers: 2 },
      // Against a real Kubernetes; `npm run test:cluster` says where that is.
      { name: "cluster", timeoutMs: 240_000, workers: 2 },
      // Each file has a Kepler and a browser of its own, and a story waits more than it works.
      { name: "e2e", timeoutMs: 240_000, workers: 2 },
    ].map(project),
  },
});
