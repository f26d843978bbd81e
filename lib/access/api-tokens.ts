import "server-only";
import { z } from "zod";
import { randomSecret, sha256Hex } from "#lib/platform/crypto";
import { type Db } from "#lib/platform/db";
import { type Actor } from "./actor.ts";
import { actorOf, PERSON, person } from "./read-actor.ts";

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

const tokenRow = z.object({ id: z.string(), lastUsedAt: z.date().nullable(), person });

/** Whose token this is; null when unknown, expired, revoked, or the account is disabled. */
export async function actorOfToken(db: Db, token: string, now: Date): Promise<Actor | null> {
  const rows = await db.$queryRaw<unknown[]>`
    select token.id::text, token.last_used_at as "lastUsedAt", ${PERSON} as person
    from api_tokens token join users person on person.id = token.user_id
    where token.sha256 = ${sha256Hex(token)} and token.revoked_at is null
      and token.expires_at > ${now.toISOString()}::timestamptz`;
  const [row] = z.array(tokenRow).parse(rows);
  if (!row) return null;
  if (now.getTime() - (row.lastUsedAt?.getTime() ?? 0) > SEEN_EVERY_MS) {
    await db.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } });
  }
  return actorOf(row.person, { token: row.id });
}
