import { z } from "zod";
import { publicError, stepView } from "#lib/platform/steps";
import { appName, appSettings } from "./spec-schema.ts";

export const LANGUAGES = ["go", "java", "nodejs", "python", "static", "other"] as const;
export const language = z.enum(LANGUAGES);
export type Language = z.infer<typeof language>;

export const BUILD_STRATEGIES = ["dockerfile", "language"] as const;
export const REF_KINDS = ["branch", "tag", "commit"] as const;
export const refKind = z.enum(REF_KINDS);

/** A Git ref as `git check-ref-format` would take it, without the refs/heads/ prefix; also a commit sha. */
export const gitRef = z
  .string()
  .min(1)
  .max(255)
  .regex(/^(?!-)(?!.*\.\.)(?!.*[\s~^:?*[\\])(?!.*\/\/)(?!.*@\{)[^\x00-\x1f\x7f]+$/, "ref.format");

/** A path inside the repository: relative, without "..". */
export const repositoryPath = z
  .string()
  .min(1)
  .max(512)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\x00-\x1f\x7f]+$/, "path.relative");

export const createAppInput = z.object({
  teamId: z.uuid(),
  /** Where the first release goes. */
  environmentId: z.uuid(),
  name: appName,
  displayName: z.string().trim().max(80).nullable(),
  gitlabProjectId: z.number().int().positive(),
  ref: gitRef,
  refKind: refKind.exclude(["commit"]),
  language,
  dockerfilePath: repositoryPath,
  buildStrategy: z.enum(BUILD_STRATEGIES),
  buildOnPush: z.boolean(),
  settings: appSettings,
  /** The wizard's draft, removed with the same transaction. */
  draftId: z.uuid().nullable(),
  /** Makes a repeated submit return the first app instead of a second one. */
  idempotencyKey: z.string().min(8).max(64),
});
export type CreateAppInput = z.infer<typeof createAppInput>;
export const createAppResult = z.object({ appId: z.uuid(), name: appName });

export const PROVISION_STATES = ["pending", "running", "ready", "failed"] as const;
/** Steps of the provision reconciler, in order. */
export const PROVISION_STEPS = ["repository", "webhook", "job"] as const;

/** How a service does in one environment, decided by lib/releases/health-rules.ts from observed rows. */
export const HEALTH_STATES = [
  "running",
  "working",
  "degraded",
  "failed",
  "paused",
  "absent",
  "unreachable",
  "forbidden",
] as const;
export const healthState = z.enum(HEALTH_STATES);
export type HealthState = z.infer<typeof healthState>;

export const appEnvironmentView = z.object({
  environmentId: z.uuid(),
  environment: z.string(),
  purpose: z.enum(["dev", "test", "prod"]),
  health: healthState,
  /** Since when it has been so (or unreachable), and when it was last seen by the watch. */
  since: z.iso.datetime().nullable(),
  seenAt: z.iso.datetime().nullable(),
  ready: z.number().int(),
  wanted: z.number().int(),
  /** Another word whenever somebody takes or loses a field of the workload: time to look for changes by hand. */
  ownership: z.string().nullable(),
  /** Number and id of the release that runs (last done), and of one in flight. */
  currentRelease: z.number().int().nullable(),
  currentReleaseId: z.uuid().nullable(),
  inFlightRelease: z.number().int().nullable(),
  inFlightReleaseId: z.uuid().nullable(),
  /** The one in flight gets a part of the requests as a canary, beside what runs. */
  onTrial: z.boolean(),
  /** A person holds the one in flight. */
  held: z.boolean(),
  version: z.string().nullable(),
  commitSha: z.string().nullable(),
  imageDigest: z.string().nullable(),
  lastReleaseAt: z.iso.datetime().nullable(),
  lastReleaseBy: z.string().nullable(),
  meshMode: z.enum(["normal", "mesh"]).nullable(),
  /** Absolute URLs that reach it from outside; empty when not exposed. */
  urls: z.array(z.string()),
  /** Addresses of its wildcard hosts, which stand for many and cannot be opened as they are: "http://*.shop.example/". */
  wildcards: z.array(z.string()),
});
export type AppEnvironmentView = z.infer<typeof appEnvironmentView>;

export const appRow = z.object({
  id: z.uuid(),
  name: z.string(),
  displayName: z.string().nullable(),
  language,
  teamId: z.uuid(),
  team: z.string(),
  provisionState: z.enum(PROVISION_STATES),
  /** Its newest retirement, on its way or stopped: nothing new is made for the service any more. */
  retirement: z.object({ id: z.uuid(), failed: z.boolean() }).nullable(),
  /** State of the newest build, for the list's glyph. */
  lastBuild: z.object({ number: z.number().int(), state: z.string(), at: z.iso.datetime() }).nullable(),
  environments: z.array(appEnvironmentView),
});
export type AppRow = z.infer<typeof appRow>;

export const APP_SORTS = ["trouble", "name", "released"] as const;
export const listAppsInput = z.object({
  q: z.string().max(80).default(""),
  team: z.string().max(80).optional(),
  environment: z.string().max(80).optional(),
  language: language.optional(),
  health: healthState.optional(),
  sort: z.enum(APP_SORTS).default("trouble"),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(200).default(50),
});
export type ListAppsInput = z.infer<typeof listAppsInput>;
export const listAppsResult = z.object({
  rows: z.array(appRow),
  total: z.number().int(),
  page: z.number().int(),
  pageSize: z.number().int(),
});
export type ListAppsResult = z.infer<typeof listAppsResult>;

export const ledgerEntryView = z.object({
  system: z.string(),
  kind: z.string(),
  key: z.string(),
  url: z.string().nullable(),
  state: z.enum(["planned", "present", "absent"]),
  createdAt: z.iso.datetime(),
  verifiedAt: z.iso.datetime().nullable(),
});

export const appView = appRow.extend({
  /** Null, like path and URLs, for an imported service that was given no repository. */
  gitlabProjectId: z.number().int().nullable(),
  gitlabProjectPath: z.string().nullable(),
  repositoryUrl: z.string().nullable(),
  webUrl: z.string().nullable(),
  defaultRef: z.string(),
  dockerfilePath: z.string(),
  buildStrategy: z.enum(BUILD_STRATEGIES),
  buildOnPush: z.boolean(),
  imageRepository: z.string(),
  createdAt: z.iso.datetime(),
  createdBy: z.string().nullable(),
  provisionSteps: z.array(stepView),
  provisionError: publicError.nullable(),
  ledger: z.array(ledgerEntryView),
});
export type AppView = z.infer<typeof appView>;

/** Anything a half-filled form may hold: nothing is lost, nothing is trusted. */
export const appDraftBody = z
  .record(z.string().max(64), z.json())
  .refine((body) => JSON.stringify(body).length <= 64_000, "draft.too-large");
export const appDraftInput = z.object({ step: z.number().int().min(1).max(3), body: appDraftBody });
export const appDraftView = appDraftInput.extend({ id: z.uuid(), updatedAt: z.iso.datetime() });
export type AppDraftView = z.infer<typeof appDraftView>;

/** Live search in GitLab, as the wizard types. */
export const repositoryView = z.object({
  id: z.number().int(),
  path: z.string(),
  name: z.string(),
  defaultBranch: z.string().nullable(),
  empty: z.boolean(),
  archived: z.boolean(),
  httpUrl: z.string(),
  webUrl: z.string(),
});
export type RepositoryView = z.infer<typeof repositoryView>;
export const searchRepositoriesInput = z.object({ q: z.string().max(255).default("") });
export const searchRepositoriesResult = z.object({ rows: z.array(repositoryView), more: z.boolean() });

export const refView = z.object({
  name: z.string(),
  kind: refKind,
  commitSha: z.string(),
  commitTitle: z.string(),
  committedAt: z.iso.datetime().nullable(),
  isDefault: z.boolean(),
});
export type RefView = z.infer<typeof refView>;
export const searchRefsInput = z.object({
  q: z.string().max(255).default(""),
  kind: refKind.exclude(["commit"]).optional(),
});
export const searchRefsResult = z.object({ rows: z.array(refView), more: z.boolean() });

export const checkDockerfileInput = z.object({ ref: gitRef, path: repositoryPath.default("Dockerfile") });
export const dockerfileCheck = z.discriminatedUnion("found", [
  z.object({
    found: z.literal(true),
    path: z.string(),
    commitSha: z.string(),
    stages: z.number().int(),
    baseImages: z.array(z.string()),
    exposedPorts: z.array(z.number().int()),
    /** What the Dockerfile seems to hold, from its base images. */
    language,
  }),
  z.object({
    found: z.literal(false),
    path: z.string(),
    commitSha: z.string(),
    language,
    /** Dockerfiles elsewhere in the tree. */ elsewhere: z.array(z.string()),
  }),
]);
export type DockerfileCheck = z.infer<typeof dockerfileCheck>;

/** Offer a template as a merge request where the repository has no Dockerfile. */
export const proposeDockerfileInput = z.object({ ref: gitRef, language, path: repositoryPath.default("Dockerfile") });
export const proposeDockerfileResult = z.object({ mergeRequestUrl: z.string(), branch: z.string() });

export const checkNameInput = z.object({ name: z.string().max(255) });
export const checkNameResult = z.object({
  free: z.boolean(),
  /** Message key when not. */ reason: z.string().nullable(),
});

export const listDraftsResult = z.object({ rows: z.array(appDraftView) });
export const draftId = z.object({ id: z.uuid() });

/** A team that the person belongs to, with the role; an admin sees all of them and has a role only where they are a member. */
export const teamView = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  role: z.enum(["viewer", "developer", "operator", "manager"]).nullable(),
});
export type TeamView = z.infer<typeof teamView>;
export const listTeamsResult = z.object({ rows: z.array(teamView) });
/** GitLab's own id of a project, from a path. */
export const repositoryId = z.object({ id: z.coerce.number().int().positive() });
