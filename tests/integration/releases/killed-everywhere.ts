import { getReleaseView } from "#lib/releases/queries";
import { reconcileRelease } from "#lib/releases/reconcile";
import { type ReleaseView } from "#lib/releases/schema";
import { type ReleaseWorld } from "./release-world.ts";

/**
 * Works on a release until it stands as wanted; each checkpoint ends one run, and the next knows of it only what the rows
 * say. Answers which checkpoints there were.
 */
export async function killedEverywhere(
  { deps }: Pick<ReleaseWorld, "deps">,
  id: string,
  until: (view: ReleaseView) => boolean,
): Promise<string[]> {
  const met = new Set<string>();
  const dies = new Error("killed here");
  const checkpoint = async (name: string) => {
    if (met.has(name)) return;
    met.add(name);
    throw dies;
  };
  const signal = AbortSignal.timeout(60_000);
  while (!until(await getReleaseView(id, deps.db))) {
    await reconcileRelease({ ...deps, checkpoint }, id, { signal }).catch((error: unknown) => {
      if (error !== dies) throw error;
    });
  }
  return [...met];
}
