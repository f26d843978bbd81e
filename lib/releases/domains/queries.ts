import "server-only";
import { domainOf, domainsOf } from "#lib/apps/spec/domain-rules";
import { type Db, type Tx } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { exposedApps } from "../gateway/exposed.ts";
import { type Reach } from "../gateway/queries.ts";
import { type DomainsView } from "./schema.ts";

/** An environment with all of its domains. Throws NotFound. */
export async function domainPlace(tx: Pick<Tx, "environment">, id: string) {
  const row = await tx.environment.findUnique({
    where: { id },
    select: {
      name: true,
      clusterId: true,
      domain: true,
      tlsSecret: true,
      domains: { select: { name: true, below: true, tlsSecret: true }, orderBy: { name: "asc" } },
    },
  });
  if (!row) throw new NotFound("There is no such environment.");
  return { name: row.name, clusterId: row.clusterId, domains: domainsOf(row) };
}

/** The domains of an environment, its own first, each with what uses it; a route counts for the nearest of them. */
export async function listDomains(
  db: Db,
  environmentId: string,
  { reads }: Pick<Reach, "reads">,
): Promise<DomainsView> {
  const [{ domains }, exposed] = await Promise.all([
    domainPlace(db, environmentId),
    exposedApps(db, environmentId, null),
  ]);
  const used = exposed.flatMap(({ app, teamId, exposure }) =>
    exposure.routes.map(({ host }) => ({
      app: reads === null || reads.includes(teamId) ? app : null,
      domain: domainOf(host, domains)?.name,
    })),
  );
  return {
    rows: domains.map(({ name, below, tlsSecret }, index) => {
      const here = used.filter(({ domain }) => domain === name);
      const services = [...new Set(here.flatMap(({ app }) => app ?? []))];
      return { name, below, tlsSecret, own: index === 0, routes: here.length, services };
    }),
  };
}
