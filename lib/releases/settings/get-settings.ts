import "server-only";
import { domainsOf } from "#lib/apps/spec/domain-rules";
import { type Db, db as ownDb } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { configuredLogOutput } from "../log-output.ts";
import { draftedSettings } from "../plan/choose-source.ts";
import { findBasis } from "../plan/plan-release.ts";
import { type SettingsView } from "./schema.ts";

/** The settings that a release without its own would take, as planning reads them. NotFound for an unknown environment. */
export async function getSettings(appId: string, environment: string, db: Db = ownDb()): Promise<SettingsView> {
  const place = await db.environment.findUnique({
    where: { name: environment },
    select: { id: true, domain: true, tlsSecret: true, domains: true, clusterId: true },
  });
  if (!place) throw new NotFound(`There is no environment ${environment}.`);
  const here = { appId, environmentId: place.id };
  const [basis, meshCaller, draft] = await Promise.all([
    findBasis(db, here),
    db.observedPod.findFirst({
      where: { clusterId: place.clusterId, meshProxy: { not: null }, appId: { not: appId } },
      select: { uid: true },
    }),
    db.appSpecDraft.findUnique({ where: { appId_environmentId: here }, select: { version: true } }),
  ]);
  const output = configuredLogOutput();
  const said = {
    version: draft?.version ?? 0,
    domains: domainsOf(place),
    logHosts: output && [...output.elasticsearchHosts],
    meshCallers: meshCaller !== null,
  };
  if (!basis) return { settings: await draftedSettings(db, here, place.domain), release: null, ...said };
  const { image: _, ...settings } = basis.spec;
  const { requestedAt, requestedBy } = await db.release.findUniqueOrThrow({
    where: { id: basis.id },
    select: { requestedAt: true, requestedBy: { select: { name: true } } },
  });
  const release = {
    number: basis.number,
    requestedBy: requestedBy?.name ?? null,
    requestedAt: requestedAt.toISOString(),
  };
  return { settings, release, ...said };
}
