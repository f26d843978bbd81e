import "server-only";
import { type Db } from "#lib/platform/db";

// The rows from which rights are read; null when there is none. Nobody has been asked yet whether it may be seen.

export const findApp = (db: Db, where: { id: string } | { name: string }) =>
  db.app.findFirst({ where: { ...where, retiredAt: null } });

const OF_APP = { id: true, number: true, app: { select: { id: true, name: true, teamId: true } } } as const;

export const findBuild = (db: Db, id: string) => db.build.findUnique({ where: { id }, select: OF_APP });

export const findRelease = (db: Db, id: string) =>
  db.release.findUnique({ where: { id }, select: { ...OF_APP, environment: { select: { purpose: true } } } });

export const findRetirement = (db: Db, id: string) =>
  db.retirement.findUnique({ where: { id }, select: { id: true, app: OF_APP.app } });

export const findTeam = (db: Db, id: string) => db.team.findUnique({ where: { id } });

export const findEnvironment = (db: Db, id: string) => db.environment.findUnique({ where: { id } });
