import "server-only";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { type Jenkins } from "#lib/clients/jenkins/client";
import { type Db } from "#lib/platform/db";

/** A login that the pipeline needs on its agent, kept in Jenkins' credential store under a fixed id. */
export type Login = { username: string; password: string };

/** What the provision reconciler works with; the worker makes it once, tests make it with the sandbox's addresses. */
export type ProvisionWorld = {
  db: Db;
  gitlab: Gitlab;
  jenkins: Jenkins;
  now(): Date;
  /** Where GitLab and Jenkins reach this Kepler. */
  keplerUrl: string;
  open(envelope: string): string;
  /** For cloning private repositories, and for pushing images; null = the agent needs none. */
  gitLogin: Login | null;
  registryLogin: Login | null;
  /** A named point at which a test may kill the process. */
  checkpoint?(name: string): Promise<void>;
};
