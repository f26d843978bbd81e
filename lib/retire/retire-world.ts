import "server-only";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { type Jenkins } from "#lib/clients/jenkins/client";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { type Registry } from "#lib/clients/registry/client";
import { type Db } from "#lib/platform/db";
import { Unavailable } from "#lib/platform/errors";
import { type Queue } from "#lib/platform/queue";

/** The outside systems; null where one is not configured. */
export type RetireSystems = {
  gitlab: Gitlab | null;
  jenkins: Jenkins | null;
  registry: { client: Registry; host: string } | null;
  kubernetes(cluster: { id: string; context: string }): Kubernetes;
};

/** What the retire reconciler works with; the worker makes it once, tests make it with the sandbox's addresses. */
export type RetireWorld = RetireSystems & {
  db: Db;
  enqueue: Queue["enqueue"];
  now(): Date;
  /** Where GitLab reaches this Kepler: part of a hook's natural key. */
  keplerUrl: string;
  /** A named point at which a test may kill the process. */
  checkpoint?(name: string): Promise<void>;
};

/** Not configured is not "nothing there": whoever would have to ask it waits. */
export function configured<System>(system: System | null, key: string, name: string): System {
  if (system !== null) return system;
  throw new Unavailable(`${name} is not connected, so nobody can look there.`, {
    system: key,
    next: "Ask an admin to connect it again.",
  });
}
