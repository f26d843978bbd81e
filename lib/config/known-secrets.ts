import "server-only";
import { appSettings } from "#lib/apps/spec-schema";
import { type Db } from "#lib/platform/db";
import { secretsAmong } from "#lib/terminal/secret-rules";
import { secretValuesOf } from "./secret-values.ts";

/** Values of an app's secrets in an environment, and those among the variables of what was released there and waits to be. */
export async function knownSecrets(db: Db, appId: string, environmentId: string): Promise<string[]> {
  const [kept, releases, draft] = await Promise.all([
    secretValuesOf(db, { appId, environmentId }),
    db.release.findMany({
      where: { appId, environmentId },
      orderBy: { number: "desc" },
      take: 10,
      select: { spec: true },
    }),
    db.appSpecDraft.findUnique({ where: { appId_environmentId: { appId, environmentId } }, select: { spec: true } }),
  ]);
  const variables = appSettings.shape.env;
  const named = [...releases, ...(draft ? [draft] : [])].flatMap(({ spec }) => {
    const env = typeof spec === "object" && spec !== null && "env" in spec ? spec.env : [];
    return secretsAmong(variables.catch([]).parse(env));
  });
  return [...kept, ...named];
}
