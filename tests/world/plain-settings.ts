import { type AppSettingsInput, DEFAULT_STRATEGY, RESOURCE_PRESETS, SPEC_VERSION } from "#lib/apps/spec-schema";

/** The least that a service says of itself: one small pod that serves port 8080, reached by nobody from outside. */
export const PLAIN_SETTINGS: AppSettingsInput = {
  schemaVersion: SPEC_VERSION,
  replicas: 1,
  resources: RESOURCE_PRESETS.small,
  ports: [{ name: "http", port: 8080, protocol: "http" }],
  command: [],
  args: [],
  env: [],
  readinessProbe: null,
  meshMode: "normal",
  exposure: null,
  strategy: DEFAULT_STRATEGY,
  restartedAt: null,
};

/** The least that the wizard says of where it comes from: a sample for Node.js, with its own Dockerfile. */
export const PLAIN_SOURCE = {
  displayName: null,
  ref: "main",
  refKind: "branch",
  language: "nodejs",
  dockerfilePath: "Dockerfile",
  buildStrategy: "dockerfile",
  buildOnPush: true,
  draftId: null,
} as const;
