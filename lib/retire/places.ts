import "server-only";
import { clusterKey } from "#lib/clusters/record-system";
import { type Db } from "#lib/platform/db";

/** Which environments an object lies in, and what its system is called: a ledger row's system and key in people's words. */
export type Places = {
  environmentsOf(entry: { system: string; key: string }): string[];
  nameOf(system: string): string;
  clusters: { id: string; name: string; context: string }[];
};

const NAMES: Readonly<Record<string, string>> = { gitlab: "GitLab", jenkins: "Jenkins", registry: "Registry" };

export async function readPlaces(db: Db): Promise<Places> {
  const [environments, clusters] = await Promise.all([
    db.environment.findMany({ orderBy: [{ rank: "asc" }, { name: "asc" }] }),
    db.cluster.findMany({ orderBy: { name: "asc" }, select: { id: true, name: true, context: true } }),
  ]);
  return {
    clusters,
    environmentsOf: ({ system, key }) => {
      const [namespace] = key.split("/");
      return environments
        .filter((one) => clusterKey(one.clusterId) === system && one.namespace === namespace)
        .map(({ name }) => name);
    },
    nameOf: (system) => NAMES[system] ?? clusters.find(({ id }) => clusterKey(id) === system)?.name ?? system,
  };
}
