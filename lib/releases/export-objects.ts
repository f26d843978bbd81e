import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { type Db, db as ownDb } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { objectYaml } from "./object-yaml.ts";
import { renderRelease } from "./render-release.ts";
import { podReleaseIn } from "./steps/check.ts";

/**
 * The objects of the release that runs in an environment exactly as Kepler applies them, as one YAML stream that
 * `kubectl apply --dry-run=server -f -` accepts. Values of Secrets stand as empty: what is write-only stays so.
 */
export async function exportObjects(
  appId: string,
  environment: string,
  db: Db = ownDb(),
): Promise<{ fileName: string; yaml: string }> {
  const row = await db.release.findFirst({
    where: { appId, environment: { name: environment }, state: "done" },
    orderBy: { number: "desc" },
    select: {
      number: true,
      spec: true,
      app: { select: { id: true, name: true } },
      environment: { select: { id: true, namespace: true } },
      steps: { select: { name: true, detail: true } },
    },
  });
  if (!row) throw new NotFound("Nothing runs there.");
  const { app, number } = row;
  // What was adopted and not touched yet is whole in a file all the same.
  const podRelease = podReleaseIn(row) || row.number;
  const spec = appSpec.parse(row.spec);
  const input = { app, environment: row.environment, spec, releaseNumber: number, podRelease, paused: false };
  const manifests = await renderRelease(db, input);
  const hasSecrets = manifests.some(({ kind }) => kind === "Secret");
  const head =
    `# ${app.name}, release ${number} in ${environment}\n` +
    (hasSecrets ? "# Values of Secrets are left out: fill them in before you apply this elsewhere.\n" : "");
  return {
    fileName: `${app.name}-${environment}-${number}.yaml`,
    yaml: head + manifests.map((manifest) => `---\n${objectYaml(manifest)}`).join(""),
  };
}
