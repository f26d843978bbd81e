import "server-only";
import { type Db, db as ownDb } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { publicError } from "#lib/platform/steps";
import { type BulkView, bulkView } from "./schema.ts";

/** A bulk change and what became of each service, for whoever asked for it (and admins); NotFound for others. */
export async function getBulkView(
  id: string,
  actor: { id: string; isAdmin: boolean },
  db: Db = ownDb(),
): Promise<BulkView> {
  const row = await db.bulkChange.findFirst({
    where: { id, ...(actor.isAdmin ? {} : { requestedById: actor.id }) },
    select: {
      id: true,
      kind: true,
      replicas: true,
      gateway: true,
      meshMode: true,
      requestedAt: true,
      environment: { select: { name: true } },
      items: {
        orderBy: { position: "asc" },
        select: {
          appId: true,
          error: true,
          app: { select: { name: true } },
          release: { select: { id: true, number: true, state: true, error: true } },
        },
      },
    },
  });
  if (!row) throw new NotFound("There is no such bulk change.");
  return {
    id: row.id,
    environment: row.environment.name,
    kind: row.kind,
    replicas: row.replicas,
    gateway: bulkView.shape.gateway.parse(row.gateway),
    meshMode: bulkView.shape.meshMode.parse(row.meshMode),
    requestedAt: row.requestedAt.toISOString(),
    items: row.items.map(({ appId, app, release, error }) => ({
      appId,
      app: app.name,
      release: release && { id: release.id, number: release.number, state: release.state },
      error: publicError.nullable().parse(error ?? release?.error ?? null),
    })),
  };
}
