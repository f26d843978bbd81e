import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { hashPassword } from "#lib/access/password";
import { signIn } from "#lib/access/sign-in";
import { RateLimited } from "#lib/platform/errors";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";

let database: FreshDatabase;
const NOW = new Date("2026-03-01T10:00:00Z");
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const attempt = (password: string, now = NOW, username = "lin") =>
  signIn(database.db, { username, password, address: "192.0.2.7", userAgent: "test", now });

beforeAll(async () => {
  database = await freshDatabase();
  await database.db.user.create({ data: { username: "lin", name: "Lin", passwordHash: await hashPassword("right") } });
  await database.db.user.create({ data: { username: "sso", name: "Comes through an identity provider" } });
});
beforeEach(async () => {
  await database.db.auditEntry.deleteMany();
});
afterAll(() => database.drop());

it("opens a session for the right password and keeps where it came from", async () => {
  const signedIn = await attempt("right");
  const session = await database.db.session.findUnique({ where: { id: signedIn?.sessionId ?? "" } });
  expect(session).toMatchObject({ address: "192.0.2.7", userAgent: "test", revokedAt: null });
});

it("says the same to a wrong password, an unknown name and an account without a password", async () => {
  expect(await attempt("wrong")).toBeNull();
  expect(await attempt("right", NOW, "nobody")).toBeNull();
  expect(await attempt("right", NOW, "sso")).toBeNull();
});

it("stops guessing, in parallel too, and lets the owner in again after the window", async () => {
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => attempt("wrong")));
  expect(tries.filter((each) => each.status === "fulfilled").length).toBeLessThanOrEqual(8);
  for (let i = 0; i < 8; i++) await attempt("wrong").catch(() => undefined);
  await expect(attempt("right")).rejects.toBeInstanceOf(RateLimited);
  expect(await attempt("right", later(16))).not.toBeNull();
});

it("stops one address that tries many names", async () => {
  for (let i = 0; i < 40; i++) await attempt("wrong", NOW, `name-${i}`);
  await expect(attempt("right")).rejects.toBeInstanceOf(RateLimited);
});
