import "server-only";
import { type Domain, domainsOf } from "#lib/apps/spec/domain-rules";
import { type GatewayMove } from "#lib/apps/spec/gateway-rules";
import { withTls } from "#lib/apps/spec/tls-rules";
import { certificateError, faultFor, isTaken } from "#lib/clusters/certificate-rules";
import { type Db, db as ownDb } from "#lib/platform/db";
import { ON_TRIAL } from "../plan/plan-release.ts";
import { IN_FLIGHT } from "../release-rules.ts";
import { type ExposedApp, exposedApps } from "./exposed.ts";
import { isOf, type Reach, requireEnvironment, standingChecks, standingOf } from "./queries.ts";
import { type KeptCheck, type MovePreview, type MovingItem } from "./schema.ts";
import { movesTo } from "./standing-rules.ts";

/**
 * What a move to another gateway would come to, service by service: from rows alone, certificates as they were last
 * looked at. Changes nothing. Throws NotFound.
 */
export async function previewMove(
  { reads, moves: movable }: Reach,
  { id, to }: { id: string; to: GatewayMove },
  db: Db = ownDb(),
): Promise<MovePreview> {
  await requireEnvironment(db, id);
  const [exposed, checks, trials, place] = await Promise.all([
    exposedApps(db, id, reads),
    standingChecks(db, id),
    trialsAt(db, id),
    db.environment.findUniqueOrThrow({
      where: { id },
      select: { domain: true, tlsSecret: true, domains: true },
    }),
  ]);
  const mine = exposed.filter(isOf(movable));
  const [all, { moves, stay }] = [movesTo(to, exposed), movesTo(to, mine)];
  const byId = new Map(mine.map((app) => [app.appId, app]));
  const domains = domainsOf(place);
  const targets = new Set([...all.moves, ...all.stay].map((item) => item.to));
  return {
    to,
    moves: moves.flatMap((item): MovingItem[] => {
      const app = byId.get(item.appId);
      if (!app) return [];
      const number = trials.get(item.appId);
      const trial = number === undefined ? null : { number, before: app.number };
      return [{ ...item, trial, certificates: certificatesOf(app, domains, checks.get(item.to)?.checks ?? []) }];
    }),
    stay,
    notMine: all.moves.length + all.stay.length - moves.length - stay.length,
    targets: [...targets].map((gatewayClass) => standingOf(gatewayClass, exposed, checks)),
  };
}

/** Numbers of the canaries on trial in an environment, by service. */
async function trialsAt(db: Db, environmentId: string): Promise<Map<string, number>> {
  const rows = await db.release.findMany({
    where: { environmentId, state: { in: [...IN_FLIGHT] }, steps: { some: ON_TRIAL } },
    select: { appId: true, number: true },
  });
  return new Map(rows.map(({ appId, number }) => [appId, number]));
}

/** A release takes the Secrets that its environment's domains name by then. */
function certificatesOf(
  { exposure }: ExposedApp,
  domains: readonly Domain[],
  checks: readonly KeptCheck[],
): MovingItem["certificates"] {
  const { tls = [] } = withTls(exposure, domains);
  return checks
    .flatMap(({ faults }) => faults)
    .flatMap((fault) => {
      const { hosts = [] } = tls.find(({ secretName }) => fault.secret.endsWith(`/${secretName}`)) ?? {};
      const own = faultFor(fault, hosts);
      return own ? [{ hosts: own.hosts, stays: !isTaken(own), error: certificateError(own) }] : [];
    });
}
