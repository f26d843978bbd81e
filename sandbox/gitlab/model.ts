import { z } from "zod";

/** Access levels as GitLab numbers them: https://docs.gitlab.com/api/members/#roles */
export const ACCESS = {
  minimal: 5,
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
} as const;

const user = z.object({
  id: z.number(),
  username: z.string(),
  name: z.string(),
  email: z.string(),
  admin: z.boolean(),
});

const token = z.object({
  id: z.number(),
  userId: z.number(),
  name: z.string(),
  scopes: z.array(z.string()),
  value: z.string(),
  createdAt: z.string(),
  /** Of an OAuth access token: who got it, what renews it, and its end in milliseconds. */
  grant: z.object({ applicationId: z.number(), refresh: z.string(), expiresAt: z.number() }).optional(),
});

/** Somebody who may send people here to sign in. */
const application = z.object({
  id: z.number(),
  /** The OAuth client id. */
  uid: z.string(),
  secret: z.string(),
  name: z.string(),
  redirectUris: z.array(z.string()),
  scopes: z.array(z.string()),
  confidential: z.boolean(),
});

const member = z.object({ userId: z.number(), accessLevel: z.number() });

const group = z.object({
  id: z.number(),
  name: z.string(),
  path: z.string(),
  createdAt: z.string(),
  members: z.array(member),
});

const hook = z.object({
  id: z.number(),
  url: z.string(),
  /** Sent in X-Gitlab-Token with each delivery, and never returned by the API. */
  token: z.string(),
  pushEvents: z.boolean(),
  tagPushEvents: z.boolean(),
  pushEventsBranchFilter: z.string(),
  branchFilterStrategy: z.enum(["wildcard", "regex", "all_branches"]),
  enableSslVerification: z.boolean(),
  customHeaders: z.array(z.object({ key: z.string(), value: z.string() })),
  createdAt: z.string(),
  /** Consecutive failures, and until when they keep the hook from being called: see hook-health.ts. */
  recentFailures: z.number(),
  disabledUntil: z.string().nullable(),
});

const mergeRequest = z.object({
  iid: z.number(),
  id: z.number(),
  title: z.string(),
  description: z.string(),
  sourceBranch: z.string(),
  targetBranch: z.string(),
  state: z.enum(["opened", "closed", "merged"]),
  authorId: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
  mergeCommitSha: z.string().nullable(),
});

const project = z.object({
  id: z.number(),
  groupId: z.number(),
  name: z.string(),
  path: z.string(),
  description: z.string(),
  visibility: z.enum(["public", "private"]),
  archived: z.boolean(),
  topics: z.array(z.string()),
  defaultBranch: z.string(),
  createdAt: z.string(),
  lastActivityAt: z.string(),
  members: z.array(member),
  hooks: z.array(hook),
  mergeRequests: z.array(mergeRequest),
  /** The refs whose changes were already told to the webhooks: ref name → object id. */
  announcedRefs: z.record(z.string(), z.string()),
});

const delivery = z.object({
  id: z.number(),
  projectId: z.number(),
  hookId: z.number(),
  trigger: z.enum(["push_hooks", "tag_push_hooks"]),
  eventUuid: z.string(),
  idempotencyKey: z.string(),
  body: z.string(),
  createdAt: z.string(),
  /** Null until an attempt has ended; a status, or "internal error" when no answer came. */
  outcome: z.string().nullable(),
  error: z.string().nullable(),
});

export const gitlabState = z.object({
  /** Whether the samples were put in; who deletes one is not given it back at the next start. */
  seeded: z.boolean(),
  lastId: z.number(),
  users: z.array(user),
  tokens: z.array(token),
  groups: z.array(group),
  projects: z.array(project),
  deliveries: z.array(delivery),
  applications: z.array(application).default([]),
  /** Signs id tokens; PEM, made at its first use. */
  signingKey: z.string().default(""),
  /** The API's rate limit for each person. */
  throttle: z
    .object({ enabled: z.boolean(), requests: z.number(), seconds: z.number() })
    .default({ enabled: false, requests: 7200, seconds: 3600 }),
});

export type User = z.infer<typeof user>;
export type Token = z.infer<typeof token>;
export type Application = z.infer<typeof application>;
export type Group = z.infer<typeof group>;
export type Member = z.infer<typeof member>;
export type Hook = z.infer<typeof hook>;
export type MergeRequest = z.infer<typeof mergeRequest>;
export type Project = z.infer<typeof project>;
export type Delivery = z.infer<typeof delivery>;
export type GitlabState = z.infer<typeof gitlabState>;
