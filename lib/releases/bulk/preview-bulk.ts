import "server-only";
import { type Subject } from "#lib/access/rules";
import { type Db, db as ownDb } from "#lib/platform/db";
import { KeplerError, NotFound, type PublicError } from "#lib/platform/errors";
import { findBasis } from "../plan/plan-release.ts";
import { type PreviewDeps, previewRelease } from "../preview/preview-release.ts";
import { chosenServices } from "./create-bulk.ts";
import { type BulkPreview, type PreviewBulkInput } from "./schema.ts";

/** A cluster is asked about so many services at once. */
const AT_ONCE = 8;

/**
 * What a switch of mesh mode would come to for each of the chosen services, by the preview that each would have alone.
 * Changes nothing. Throws what `createBulk` throws for the selection as a whole; one service's obstacle is its own.
 */
export async function previewBulk(
  actor: Subject,
  input: PreviewBulkInput,
  call: { signal: AbortSignal },
  db: Db = ownDb(),
  deps?: PreviewDeps,
): Promise<BulkPreview> {
  const chosen = await chosenServices(db, actor, input);
  const items: Item[] = [];
  for (let first = 0; first < chosen.length; first += AT_ONCE) {
    call.signal.throwIfAborted();
    const some = chosen.slice(first, first + AT_ONCE);
    const seen = some.map(({ app, error }) => (error ? refused(app, error) : itemOf(app, input, call, db, deps)));
    items.push(...(await Promise.all(seen)));
  }
  return { items };
}

type Item = BulkPreview["items"][number];
type Service = { id: string; name: string };
const refused = ({ id, name }: Service, error: PublicError): Item => ({
  ...{ appId: id, app: name, error },
  ...{ warnings: [], podsToRestart: 0, mesh: null },
});

async function itemOf(
  app: Service,
  { environmentId, meshMode }: PreviewBulkInput,
  { signal }: { signal: AbortSignal },
  db: Db,
  deps: PreviewDeps | undefined,
): Promise<Item> {
  try {
    if (!(await findBasis(db, { appId: app.id, environmentId }))) throw new NotFound("Nothing runs there.");
    const intent = { environmentId, meshMode, kind: "configure" as const, buildId: null, settings: null };
    const preview = await previewRelease(app.id, { ...intent, restoresNumber: null }, { signal }, deps);
    const { blockers, warnings, effect, mesh } = preview;
    const { podsToRestart } = effect;
    return { appId: app.id, app: app.name, error: blockers[0] ?? null, warnings, podsToRestart, mesh };
  } catch (error) {
    if (!(error instanceof KeplerError) || signal.aborted) throw error;
    return refused(app, error.toPublic());
  }
}
