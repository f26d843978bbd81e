import "server-only";
import { z } from "zod";
import { storedSettings } from "#lib/apps/spec-schema";
import { type Db } from "#lib/platform/db";
import { secretsAmong } from "#lib/terminal/secret-rules";
import { secretValuesOf } from "./secret-values.ts";

const { env, config } = storedSettings.shape;
/** Of a Spec as rows hold it, however old. */
const secretParts = z.object({ env: env.catch([]), config: config.catch([]) });

/** Values of an app's secrets in an environment, and those among the variables of what was released there and waits to be. */
export async function knownSecrets(db: Db, appId: string, environmentId: string): Promise<string[]> {
  const [releases, draft] = await Promise.all([
    db.release.findMany({
      where: { appId, environmentId },
      orderBy: { number: "desc" },
      take: 10,
      select: { spec: true },
    }),
    db.appSpecDraft.findUnique({ where: { appId_environmentId: { appId, environmentId } }, select: { spec: true } }),
  ]);
  const specs = [...releases, ...(draft ? [draft] : [])].map(({ spec }) => secretParts.parse(spec));
  const kept = await secretValuesOf(
    db,
    { appId, environmentId },
    specs.flatMap((spec) => spec.config),
  );
  return [...kept, ...specs.flatMap((spec) => secretsAmong(spec.env))];
}
