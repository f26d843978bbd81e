import "server-only";
import { type Jenkins } from "#lib/clients/jenkins/client";
import { type Registry } from "#lib/clients/registry/client";
import { type Db, type Tx } from "#lib/platform/db";

/** What the build reconciler works with; the worker makes it once, tests make it with the sandbox's addresses. */
export type BuildWorld = {
  db: Db;
  jenkins: Jenkins;
  registry: Registry;
  now(): Date;
  /** Where Jenkins reaches this Kepler, for callbacks. */
  keplerUrl: string;
  /** Opens a sealed secret (lib/platform/crypto.ts, `open`). */
  open(envelope: string): string;
  /** Values that must never show in a stored log: tokens of GitLab, Jenkins and the registry. */
  secrets: readonly string[];
  /** Called in the transaction in which a build succeeds: the way up to the releases, which stand above builds. */
  onBuildSucceeded(tx: Tx, build: { id: string; appId: string }): Promise<void>;
  /** A named point at which a test may kill the process. */
  checkpoint?(name: string): Promise<void>;
};
