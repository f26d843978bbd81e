import { defineConfig } from "vitest/config";
import { LongestFirst } from "./scripts/longest-first.ts";

// `server-only` throws outside a server bundle unless this condition is set (the worker runs with it too).
const conditions = ["react-server", "node"];

const project = (name: string, options: { timeoutMs: number; workers?: number }) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    environment: "node" as const,
    testTimeout: options.timeoutMs,
    hookTimeout: Math.max(options.timeoutMs, 60_000),
    maxWorkers: options.workers ?? 1,
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
      project("unit", { timeoutMs: 10_000, workers: 2 }),
      project("contract", { timeoutMs: 60_000 }),
      // Each file has a database and systems of its own, and waits more than it works.
      project("integration", { timeoutMs: 120_000, workers: 3 }),
      // A kill at every point takes the whole machine, so it has it for itself.
      project("kill", { timeoutMs: 120_000 }),
      // Other people's clients; `npm run test:clients` runs it, `npm test` does not: the clients are not from npm.
      project("clients", { timeoutMs: 120_000 }),
      // Against a real Kubernetes; `npm run test:cluster` says where that is.
      project("cluster", { timeoutMs: 240_000 }),
      // Each file has a Kepler and a browser of its own, and a story waits more than it works.
      project("e2e", { timeoutMs: 240_000, workers: 2 }),
    ],
  },
});
