import "server-only";
import { type Actor } from "#lib/access/actor";
import { findOwner } from "#lib/access/route/scope";
import { roleAllows } from "#lib/access/rules";
import { getDraft, listTeams } from "#lib/apps/queries";
import { type AppDraftView, type AppView } from "#lib/apps/schema";
import { getBuildView } from "#lib/builds/queries";
import { type BuildView } from "#lib/builds/schema";
import { listEnvironments } from "#lib/clusters/queries";
import { type EnvironmentView } from "#lib/clusters/schema";
import { db as ownDb } from "#lib/platform/db";
import { Invalid, NotFound } from "#lib/platform/errors";
import { getAppView } from "#lib/releases/queries";
import { getRetirementView, listRetirements } from "#lib/retire/queries";
import { type RetirementView } from "#lib/retire/schema";

// What pages need for their first paint. Rights are the same as those of the routes that keep them fresh afterwards.

/** A service by its name; null when there is none that this person may see. */
export async function servicePage(actor: Actor, name: string): Promise<AppView | null> {
  const db = ownDb();
  return orNull(async () => {
    const { app } = await findOwner(db, actor, { app: "name" }, { name });
    return app ? getAppView(app.id, db) : null;
  });
}

/** One build; null when there is none that this person may see. */
export async function buildPage(actor: Actor, id: string): Promise<BuildView | null> {
  const db = ownDb();
  return orNull(async () => {
    const { build } = await findOwner(db, actor, { build: "id" }, { id });
    return build ? getBuildView(db, build.id) : null;
  });
}

/** One retirement; null when there is none that this person may see. */
export async function retirementPage(actor: Actor, id: string): Promise<RetirementView | null> {
  const db = ownDb();
  return orNull(async () => {
    const { retirement } = await findOwner(db, actor, { retirement: "id" }, { id });
    return retirement ? getRetirementView(retirement.id, db) : null;
  });
}

/** The newest retirement of a service that has gone, by its name; null when there is none that this person may see. */
export async function retirementOfGone(actor: Actor, name: string): Promise<string | null> {
  const { rows } = await listRetirements(actor, { q: name, page: 1, pageSize: 200 }, ownDb());
  return rows.find(({ app }) => app === name)?.id ?? null;
}

export type CreatePage = {
  /** Teams in which this person may create services. */
  teams: { id: string; name: string }[];
  environments: EnvironmentView[];
  draft: AppDraftView | null;
};

/** What the create wizard starts from; a draft that is gone, or somebody else's, is as if there were none. */
export async function createPage(actor: Actor, draftId: string | undefined): Promise<CreatePage> {
  const db = ownDb();
  const [teams, environments, draft] = await Promise.all([
    listTeams(db, actor),
    listEnvironments(db),
    draftId === undefined || !/^[0-9a-f-]{36}$/i.test(draftId) ? null : orNull(() => getDraft(db, actor.id, draftId)),
  ]);
  const mayCreate = ({ role }: (typeof teams)[number]) =>
    actor.isAdmin || (role !== null && roleAllows(role, "app.create"));
  return { teams: teams.filter(mayCreate).map(({ id, name }) => ({ id, name })), environments, draft };
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NotFound || error instanceof Invalid) return null;
    throw error;
  }
}
