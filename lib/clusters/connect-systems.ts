import "server-only";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { type Jenkins } from "#lib/clients/jenkins/client";
import { createJenkins } from "#lib/clients/jenkins/create-jenkins";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { createPrometheus } from "#lib/clients/prometheus/create-prometheus";
import { type Registry } from "#lib/clients/registry/client";
import { createRegistry } from "#lib/clients/registry/create-registry";
import { type Db } from "#lib/platform/db";
import { type Env, env as ownEnv } from "#lib/platform/env";
import { type Pings } from "./check-system.ts";
import { connectCluster } from "./connect-cluster.ts";
import { clusterKey } from "./record-system.ts";

/** Clients of the systems that are configured; null where one is not. */
export type Systems = {
  gitlab: Gitlab | null;
  jenkins: Jenkins | null;
  registry: { client: Registry; host: string } | null;
  prometheus: Prometheus | null;
};

export function connectSystems(env: Pick<Env, "gitlab" | "jenkins" | "registry" | "prometheus">): Systems {
  const { gitlab, jenkins, registry, prometheus } = env;
  return {
    gitlab: gitlab && createGitlab(gitlab),
    jenkins: jenkins && createJenkins(jenkins),
    registry: registry && {
      host: registry.host,
      client: createRegistry({
        url: registry.url,
        user: registry.user ?? undefined,
        token: registry.token ?? undefined,
      }),
    },
    prometheus: prometheus && createPrometheus({ url: prometheus.url, token: prometheus.token ?? undefined }),
  };
}

let kept: Systems | undefined;
/** The process's own clients, connected once. */
export const ownSystems = (): Systems => (kept ??= connectSystems(ownEnv()));

const PING_DEADLINE_MS = 5_000;

/** A ping for every configured system and every known cluster. */
export async function pingsOf(db: Db, systems: Systems): Promise<Pings> {
  const { gitlab, jenkins, registry, prometheus } = systems;
  const clusters = await db.cluster.findMany({ select: { id: true, context: true } });
  const pings = new Map<string, (signal: AbortSignal) => Promise<unknown>>();
  const deadlineMs = PING_DEADLINE_MS;
  if (gitlab) pings.set("gitlab", (signal) => gitlab.whoAmI({ signal, deadlineMs }));
  if (jenkins) pings.set("jenkins", (signal) => jenkins.ping({ signal, deadlineMs }));
  if (registry) pings.set("registry", (signal) => registry.client.ping({ signal, deadlineMs }));
  if (prometheus) pings.set("prometheus", (signal) => prometheus.ping({ signal, deadlineMs }));
  for (const cluster of clusters) {
    // Connected when asked, so that a kubeconfig that cannot be used is an outage of that cluster and of nothing else.
    pings.set(clusterKey(cluster.id), async (signal) => connectCluster(cluster).serverVersion({ signal, deadlineMs }));
  }
  return pings;
}
