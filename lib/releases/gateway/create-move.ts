import "server-only";
import { Conflict, Denied } from "#lib/platform/errors";
import { insertBulk } from "../bulk/insert-bulk.ts";
import { ownDeps, type ReleaseDeps } from "../jobs.ts";
import { exposedApps } from "./exposed.ts";
import { isOf, type Reach, requireEnvironment } from "./queries.ts";
import { type CreateMoveInput } from "./schema.ts";
import { movesTo } from "./standing-rules.ts";

/**
 * Moves the routes of an environment to another gateway, or home: one release for each service that the actor may move,
 * all on one timeline. The same key again answers with the first. NotFound without the environment, Denied when every
 * service there is others' to move, Conflict when there is nothing to move.
 */
export async function createMove(
  actor: { id: string },
  { reads, moves: movable }: Reach,
  { id, to, reason, idempotencyKey }: CreateMoveInput,
  deps: ReleaseDeps = ownDeps(),
): Promise<{ bulkId: string }> {
  await requireEnvironment(deps.db, id);
  const wish = { environmentId: id, kind: "configure", gateway: to, reason, idempotencyKey } as const;
  return deps.db.$transaction((tx) =>
    insertBulk(
      tx,
      { ...wish, requestedById: actor.id },
      async () => {
        const exposed = await exposedApps(tx, id, reads);
        const { moves } = movesTo(to, exposed.filter(isOf(movable)));
        if (moves.length > 0) return moves.map(({ appId }, position) => ({ appId, position }));
        if (movesTo(to, exposed).moves.length > 0) {
          throw new Denied("You may not move these services.", {
            next: "Ask an operator or manager of their team.",
          });
        }
        throw new Conflict("There is nothing to move: no service's routes are anywhere else.");
      },
      deps,
    ),
  );
}
