import { z } from "zod";
import { hashPassword } from "#lib/access/password";
import { type TeamRole } from "#lib/access/rules";
import { type Db } from "#lib/platform/db";

const variables = z.object({
  KEPLER_SEED_ADMIN: z.string(),
  KEPLER_SEED_PASSWORD: z.string(),
  /** Set in sandbox mode: the demonstration people's password. */
  KEPLER_SEED_PEOPLE_PASSWORD: z.string().optional(),
});

/** Two teams that share people, so that every role and "another team's service" can be tried at once. */
const PEOPLE: { username: string; name: string; roles: Record<string, TeamRole> }[] = [
  { username: "lin", name: "Lin Wei (林薇)", roles: { payments: "developer" } },
  { username: "omar", name: "Omar Haddad", roles: { payments: "viewer" } },
  { username: "priya", name: "Priya Raman", roles: { payments: "operator", platform: "operator" } },
  { username: "mei", name: "Mei Tanaka", roles: { payments: "manager" } },
  { username: "sam", name: "Sam Okafor", roles: { platform: "developer" } },
];
const TEAMS = [
  { slug: "payments", name: "Payments" },
  { slug: "platform", name: "Platform" },
];

/** Idempotent: makes what is missing, and changes nothing that people may have changed. */
export async function seed(db: Db, source: NodeJS.ProcessEnv): Promise<void> {
  const vars = variables.parse(source);
  await ensureUser(
    db,
    { username: vars.KEPLER_SEED_ADMIN, name: "Administrator", isAdmin: true },
    vars.KEPLER_SEED_PASSWORD,
  );
  if (vars.KEPLER_SEED_PEOPLE_PASSWORD !== undefined) await seedPeople(db, vars.KEPLER_SEED_PEOPLE_PASSWORD);
}

async function ensureUser(db: Db, user: { username: string; name: string; isAdmin: boolean }, password: string) {
  const existing = await db.user.findUnique({ where: { username: user.username } });
  return existing ?? (await db.user.create({ data: { ...user, passwordHash: await hashPassword(password) } }));
}

async function seedPeople(db: Db, password: string): Promise<void> {
  const teams = new Map<string, string>();
  for (const team of TEAMS) {
    const { id } = await db.team.upsert({ where: { slug: team.slug }, update: {}, create: team });
    teams.set(team.slug, id);
  }
  for (const { username, name, roles } of PEOPLE) {
    if (await db.user.findUnique({ where: { username } })) continue;
    const user = await ensureUser(db, { username, name, isAdmin: false }, password);
    const memberships = Object.entries(roles).flatMap(([slug, role]) => {
      const teamId = teams.get(slug);
      return teamId === undefined ? [] : [{ teamId, userId: user.id, role }];
    });
    await db.membership.createMany({ data: memberships });
  }
}
