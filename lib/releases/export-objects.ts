import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { type Db, db as ownDb } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { type Manifest, renderManifests } from "./manifests.ts";
import { objectYaml } from "./object-yaml.ts";
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
      environment: { select: { namespace: true } },
      steps: { select: { name: true, detail: true } },
    },
  });
  if (!row) throw new NotFound("Nothing runs there.");
  const { app, number } = row;
  const { namespace } = row.environment;
  const podRelease = podReleaseIn(row);
  const spec = appSpec.parse(row.spec);
  const manifests = renderManifests({ app, namespace, spec, releaseNumber: number, podRelease, paused: false });
  const head = `# ${app.name}, release ${number} in ${environment}\n`;
  return {
    fileName: `${app.name}-${environment}-${number}.yaml`,
    yaml: head + manifests.map((manifest) => `---\n${objectYaml(withoutSecrets(manifest))}`).join(""),
  };
}

const emptied = (values: unknown): Record<string, string> =>
  Object.fromEntries(Object.keys(typeof values === "object" && values !== null ? values : {}).map((key) => [key, ""]));

/** A Secret keeps its keys, so that whoever reads the file sees what has to be filled in. */
export function withoutSecrets(manifest: Manifest): Manifest {
  if (manifest.apiVersion !== "v1" || manifest.kind !== "Secret") return manifest;
  const { data, stringData, ...rest } = manifest;
  return { ...rest, data: { ...emptied(data), ...emptied(stringData) } };
}
