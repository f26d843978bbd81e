import { z } from "zod";
import { TEAM_ROLES } from "./rules.ts";

export const LOCALES = ["en", "zh"] as const;

/** Who is signed in, with all that `allows()` of rules.ts needs to decide on a button. */
export const meView = z.object({
  id: z.uuid(),
  username: z.string(),
  name: z.string(),
  isAdmin: z.boolean(),
  locale: z.enum(LOCALES).nullable(),
  memberships: z.array(z.object({ teamId: z.uuid(), role: z.enum(TEAM_ROLES), slug: z.string(), team: z.string() })),
});
export type MeView = z.infer<typeof meView>;

export const editMeInput = z.object({ locale: z.enum(LOCALES).nullable() });

export const sessionView = z.object({
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  /** The one that asks. */
  current: z.boolean(),
});
export const sessionList = z.object({ rows: z.array(sessionView) });
export type SessionView = z.infer<typeof sessionView>;
