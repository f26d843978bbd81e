import { connectCluster } from "#lib/clusters/connect-cluster";
import { type Systems } from "#lib/clusters/connect-systems";
import { open } from "#lib/platform/crypto";
import { type Db } from "#lib/platform/db";
import { type Env } from "#lib/platform/env";
import { type Queue } from "#lib/platform/queue";
import { releaseAfterBuild } from "#lib/releases/release-after-build";
import { type Worlds } from "./jobs.ts";

type Parts = {
  env: Env;
  db: Db;
  queue: Queue;
  systems: Systems;
  checkpoint: ((name: string) => Promise<void>) | undefined;
};

/** Wires each reconciler to this process's database, queue and clients. Here builds meet releases, which stand above them. */
export function createWorlds({ env, db, queue, systems, checkpoint }: Parts): Worlds {
  const now = () => new Date();
  const { enqueue } = queue;
  const { gitlab, jenkins, registry, prometheus } = systems;
  const shared = {
    db,
    now,
    open,
    checkpoint,
    keplerUrl: env.url,
  };
  const login = (username: string | null | undefined, password: string | null | undefined) =>
    username && password ? { username, password } : null;
  return {
    provision:
      gitlab && jenkins
        ? {
            ...shared,
            gitlab,
            jenkins,
            // GitLab takes any user name beside an access token; "oauth2" is the one its documentation uses.
            gitLogin: login("oauth2", env.gitlab?.token),
            registryLogin: login(env.registry?.user, env.registry?.token),
          }
        : null,
    build:
      jenkins && registry
        ? {
            ...shared,
            jenkins,
            registry: registry.client,
            secrets: [env.gitlab?.token, env.jenkins?.token, env.registry?.token].filter((secret) => secret != null),
            onBuildSucceeded: (tx, build) => releaseAfterBuild(tx, build, { enqueue, now }),
          }
        : null,
    release: { db, enqueue, now, checkpoint, clients: { kubernetes: connectCluster, registry, prometheus } },
    retire: { ...shared, enqueue, gitlab, jenkins, registry, kubernetes: connectCluster },
  };
}
