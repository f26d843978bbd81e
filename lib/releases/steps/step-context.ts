import "server-only";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { type Registry } from "#lib/clients/registry/client";
import { type Db } from "#lib/platform/db";
import { type Queue } from "#lib/platform/queue";
import { type CanaryPlan, type CanaryStanding } from "../canary/schema.ts";
import { type TakenField } from "../drift/schema.ts";
import { type ReleaseKind, type ReleaseState } from "../schema.ts";

/** What the release reconciler is given once: tests give it the sandbox, the worker the configured systems. */
export type ReconcileReleaseDeps = {
  db: Db;
  enqueue: Queue["enqueue"];
  clients: {
    kubernetes(cluster: { id: string; context: string }): Kubernetes;
    /** Null where none is configured: digests are then taken on trust until pods run them. */
    registry: { client: Registry; host: string } | null;
    /** Null where nothing measures: then only a person can say that a canary does well. */
    prometheus: Prometheus | null;
  };
  now(): Date;
  /** Named points around every effect and commit, for tests that kill the process there. */
  checkpoint?(name: string): Promise<void>;
};

/** A release row with what its steps need, read afresh for every run. */
export type ReleaseInWork = {
  id: string;
  number: number;
  kind: ReleaseKind;
  state: ReleaseState;
  version: number;
  spec: AppSpec;
  app: { id: string; name: string; teamId: string };
  environment: { id: string; namespace: string };
  cluster: { id: string; context: string };
  /** Known once "check" is done; see podReleaseOf(). */
  podRelease: number;
  /** A person holds the rollout; and how long earlier pauses lasted. */
  paused: boolean;
  pausedMs: number;
  /** A failure is followed by a rollback. */
  rollbackOnFailure: boolean;
  /** How it is tried first, how far that is (null before it began), and whether a person has ended it. */
  canary: { plan: CanaryPlan; standing: CanaryStanding | null; promoted: boolean } | null;
  /** Fields that it may take from others. */
  takeOver: TakenField[];
};

export type StepContext = {
  deps: ReconcileReleaseDeps;
  release: ReleaseInWork;
  kubernetes: Kubernetes;
  /** When this step began. */
  startedAt: Date;
  signal: AbortSignal;
};

/** One effect between two checkpoints. */
export async function effect<T>(deps: ReconcileReleaseDeps, name: string, run: () => Promise<T>): Promise<T> {
  await deps.checkpoint?.(`${name}.before-effect`);
  const result = await run();
  await deps.checkpoint?.(`${name}.after-effect`);
  return result;
}
