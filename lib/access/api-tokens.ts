import "server-only";
import { randomSecret, sha256Hex } from "#lib/platform/crypto";
import { type Db } from "#lib/platform/db";
import { ACTOR_SELECT, type Actor, actorOf } from "./actor.ts";

const PREFIX = "kepler_";
const SHOWN = PREFIX.length + 6;
const SEEN_EVERY_MS = 60_000;

/** Makes a bearer token of 256 random bits. It is shown this once: the row keeps its hash and a recognisable head. */
export async function createApiToken(
  db: Db,
  input: { userId: string; name: string; expiresAt: Date },
): Promise<{ id: string; token: string }> {
  const token = `${PREFIX}${randomSecret()}`;
  const data = { ...input, prefix: token.slice(0, SHOWN), sha256: sha256Hex(token) };
  const { id } = await db.apiToken.create({ data, select: { id: true } });
  return { id, token };
}

/** Whose token this is; null when unknown, expired, revoked, or the account is disabled. */
export async function actorOfToken(db: Db, token: string, now: Date): Promise<Actor | null> {
  const row = await db.apiToken.findUnique({
    where: { sha256: sha256Hex(token) },
    select: { id: true, expiresAt: true, revokedAt: true, lastUsedAt: true, user: { select: ACTOR_SELECT } },
  });
  if (row === null || row.revokedAt !== null || row.expiresAt <= now) return null;
  if (now.getTime() - (row.lastUsedAt?.getTime() ?? 0) > SEEN_EVERY_MS) {
    await db.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } });
  }
  return actorOf(row.user, { token: row.id });
}
