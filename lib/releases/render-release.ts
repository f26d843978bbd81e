import "server-only";
import { openConfig } from "#lib/config/read-content";
import { type Db } from "#lib/platform/db";
import { configuredLogOutput } from "./log-output.ts";
import { type Manifest, type ManifestInput, renderManifests } from "./manifests.ts";

type Input = Omit<ManifestInput, "namespace" | "logOutput" | "config"> & {
  environment: { id: string; namespace: string };
};

/**
 * Everything that Kepler applies for a release, with what its Spec only names: what versions of configuration say, and
 * where log lines go. Secrets stand in it in clear, for the cluster alone: texts are made by `objectYaml`, which masks them.
 */
export async function renderRelease(
  db: Pick<Db, "configVersion">,
  { environment, ...input }: Input,
): Promise<Manifest[]> {
  const { app, spec } = input;
  const opened = await openConfig(db, { appId: app.id, environmentId: environment.id }, spec.config);
  const config = opened.map(({ entries, ...ref }) => ({
    ...ref,
    data: Object.fromEntries(entries.map(({ key, value }) => [key, value])),
  }));
  return renderManifests({ ...input, namespace: environment.namespace, config, logOutput: configuredLogOutput() });
}
