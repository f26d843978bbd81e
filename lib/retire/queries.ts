import "server-only";
import { z } from "zod";
import { roleAllows, type Subject } from "#lib/access/rules";
import { KEEPABLE_KINDS } from "#lib/apps/retiring-rules";
import { toStepView } from "#lib/apps/step-rules";
import { type Db, db as ownDb, type Prisma } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { publicError } from "#lib/platform/steps";
import { type Places, readPlaces } from "./places.ts";
import { leftBecause } from "./retire-rules.ts";
import { keepOf } from "./retirement-row.ts";
import {
  finding,
  type KeepChoice,
  type ListRetirementsInput,
  type ListRetirementsResult,
  type ProofEntry,
  type RetirementRow,
  type RetirementView,
} from "./schema.ts";

const app = {
  select: {
    name: true,
    displayName: true,
    teamId: true,
    gitlabProjectPath: true,
    repositoryUrl: true,
    team: { select: { name: true } },
  },
} as const;
const include = { app, requestedBy: { select: { name: true } } } as const satisfies Prisma.RetirementInclude;
type Row = Prisma.RetirementGetPayload<{ include: typeof include }>;

const stillThere = { kind: { in: Object.values(KEEPABLE_KINDS) }, state: { not: "absent" as const } };

/** Retired services of the subject's teams (all, for admins), the last retired first. */
export async function listRetirements(
  subject: Subject,
  { q, team, page, pageSize }: ListRetirementsInput,
  db: Db = ownDb(),
): Promise<ListRetirementsResult> {
  const readable = subject.memberships.filter(({ role }) => roleAllows(role, "app.read")).map(({ teamId }) => teamId);
  const contains = { contains: q.trim(), mode: "insensitive" } as const;
  const where = {
    retiringAt: { not: null },
    ...(subject.isAdmin ? {} : { teamId: { in: readable } }),
    ...(q.trim() ? { OR: [{ name: contains }, { displayName: contains }] } : {}),
    ...(team ? { team: { slug: team } } : {}),
  } satisfies Prisma.AppWhereInput;
  const newest = { orderBy: { requestedAt: "desc" }, take: 1, include } as const;
  const [apps, total] = await Promise.all([
    db.app.findMany({
      where,
      orderBy: { retiringAt: "desc" },
      skip: (page - 1) * pageSize,
      take: pageSize,
      select: { retirements: newest, _count: { select: { ledger: { where: stillThere } } } },
    }),
    db.app.count({ where }),
  ]);
  const rows = apps.flatMap(({ retirements, _count }) =>
    retirements.map((row) => ({ ...retirementRow(row), kept: _count.ledger })),
  );
  return { rows, total, page, pageSize };
}

function retirementRow(row: Row): RetirementRow {
  return {
    id: row.id,
    appId: row.appId,
    app: row.app.name,
    displayName: row.app.displayName,
    teamId: row.app.teamId,
    team: row.app.team.name,
    state: row.state,
    reason: row.reason,
    requestedBy: row.requestedBy?.name ?? null,
    requestedAt: row.requestedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    keep: keepOf(row),
  };
}

/** A retirement with its timeline and, object by object, what is known of each system. */
export async function getRetirementView(id: string, db: Db = ownDb()): Promise<RetirementView> {
  const row = await db.retirement.findUnique({
    where: { id },
    include: { ...include, steps: { orderBy: { position: "asc" } } },
  });
  if (!row) throw new NotFound("There is no such retirement.");
  const { appId } = row;
  const [places, ledger, builds, releases, later] = await Promise.all([
    readPlaces(db),
    db.ledgerEntry.findMany({ where: { appId }, orderBy: [{ system: "asc" }, { createdAt: "asc" }] }),
    db.build.count({ where: { appId } }),
    db.release.count({ where: { appId } }),
    db.retirement.findFirst({
      where: { appId, requestedAt: { gt: row.requestedAt } },
      orderBy: { requestedAt: "desc" },
      select: { id: true },
    }),
  ]);
  const findings = z.array(finding).catch([]).parse(row.findings);
  return {
    ...retirementRow(row),
    error: publicError.nullable().catch(null).parse(row.error),
    steps: row.steps.map(toStepView),
    systems: bySystem(ledger, places, keepOf(row)),
    findings: findings.map((one) => ({ ...one, environments: places.environmentsOf(one) })),
    repository: row.app.gitlabProjectPath,
    repositoryUrl: row.app.repositoryUrl?.replace(/\.git$/, "") ?? null,
    builds,
    releases,
    continuedById: later?.id ?? null,
  };
}

type Entry = Prisma.LedgerEntryGetPayload<object>;

function bySystem(ledger: readonly Entry[], places: Places, keep: KeepChoice): RetirementView["systems"] {
  const systems = [...new Set(ledger.map(({ system }) => system))].sort(
    (a, b) => ORDER.indexOf(a.split(":")[0] ?? "") - ORDER.indexOf(b.split(":")[0] ?? "") || (a < b ? -1 : 1),
  );
  return systems.map((system) => ({
    system,
    name: places.nameOf(system),
    entries: ledger.filter((entry) => entry.system === system).map((entry) => proofEntry(entry, places, keep)),
  }));
}

/** As a retirement goes through them. */
const ORDER = ["cluster", "gitlab", "jenkins", "registry"];

function proofEntry(entry: Entry, places: Places, keep: KeepChoice): ProofEntry {
  const { system, kind, key, url, state, adoptedAt, verifiedAt } = entry;
  return {
    system,
    kind,
    key,
    url,
    environments: places.environmentsOf(entry),
    origin: adoptedAt ? "orphan" : "ledger",
    state,
    verifiedAt: verifiedAt?.toISOString() ?? null,
    left: state === "absent" ? null : leftBecause(kind, keep),
  };
}
