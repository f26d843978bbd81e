import "server-only";
import { type Domain, domainOf, printDomain } from "#lib/apps/spec/domain-rules";
import { type Db, type Tx } from "#lib/platform/db";
import { Conflict, NotFound } from "#lib/platform/errors";
import { exposedApps } from "../gateway/exposed.ts";
import { lockClusterRoutes } from "../routes/taken-routes.ts";
import { domainPlace } from "./queries.ts";

/** A list that a person reads. */
const MOST_DOMAINS = 50;
/** How many routes a refusal names. */
const NAMED = 10;

/**
 * Allows an environment's routes a further domain, or changes what is meant by it; of its own domain only the Secret.
 * Services take a Secret with their next release. Throws NotFound without the environment, Conflict for too many domains,
 * and while a route needs what would be taken away.
 */
export async function setDomain(db: Db, environmentId: string, domain: Domain): Promise<void> {
  if ((await domainPlace(db, environmentId)).domains[0]?.name === domain.name) {
    await db.environment.update({ where: { id: environmentId }, data: { tlsSecret: domain.tlsSecret } });
    return;
  }
  await changeDomains(db, environmentId, domain.name, async (tx, further) => {
    if (further.length >= MOST_DOMAINS) {
      throw new Conflict(`An environment has at most ${MOST_DOMAINS} further domains.`, {
        next: "Take one away that nobody uses, or allow a domain with everything below it.",
      });
    }
    const { name, ...rest } = domain;
    const key = { environmentId, name };
    await tx.environmentDomain.upsert({
      where: { environmentId_name: key },
      create: { ...key, ...rest },
      update: rest,
    });
    return domain;
  });
}

/** Takes a further domain away from an environment. Throws NotFound, and Conflict while a route needs it. */
export async function removeDomain(db: Db, environmentId: string, name: string): Promise<void> {
  await changeDomains(db, environmentId, name, async (tx) => {
    const { count } = await tx.environmentDomain.deleteMany({ where: { environmentId, name } });
    if (count === 0) throw new NotFound("There is no such domain in this environment.");
    return null;
  });
}

/** One after another with releases that bring routes: this sees their routes, or their own check sees this (steps/check.ts). */
async function changeDomains(
  db: Db,
  environmentId: string,
  name: string,
  change: (tx: Tx, further: readonly Domain[]) => Promise<Domain | null>,
): Promise<void> {
  await db.$transaction(async (tx) => {
    await lockClusterRoutes(tx, (await domainPlace(tx, environmentId)).clusterId);
    const { domains } = await domainPlace(tx, environmentId);
    const [own, ...further] = domains;
    if (name === own?.name) throw new Conflict(`${name} is the environment's own domain: it is always allowed.`);
    const others = further.filter((each) => each.name !== name);
    const now = await change(tx, others);
    const after = [...(own ? [own] : []), ...others, ...(now ? [now] : [])];
    await refuseInUse(tx, environmentId, { name, domains, after });
  });
}

type Change = { name: string; domains: readonly Domain[]; after: readonly Domain[] };

async function refuseInUse(tx: Tx, environmentId: string, { name, domains, after }: Change): Promise<void> {
  const exposed = await exposedApps(tx, environmentId, null);
  const lost = exposed.flatMap(({ app, exposure, running }) => {
    const hosts = new Set([...exposure.routes, ...(running?.routes ?? [])].map(({ host }) => host));
    return [...hosts].flatMap((host) => (domainOf(host, domains) && !domainOf(host, after) ? `${app} (${host})` : []));
  });
  if (lost.length === 0) return;
  const before = domains.find((each) => each.name === name);
  const named = lost.slice(0, NAMED).join(", ");
  throw new Conflict(
    lost.length > NAMED
      ? `Routes use ${before ? printDomain(before) : name}: ${named} and ${lost.length - NAMED} more.`
      : `Routes use ${before ? printDomain(before) : name}: ${named}.`,
    { next: "Move these routes to other hosts first, or allow the hosts one by one." },
  );
}
