import { type BuildGround, type BuildRequest } from "./build-request.ts";
import { describe, type ImageConfig, type Manifest, MEDIA_TYPE } from "./image.ts";
import { parseReference, spell } from "./image-reference.ts";
import { type StepLog } from "./progress.ts";
import { type StageState } from "./stage-state.ts";

/**
 * Puts a finished stage into the store as an OCI image under its tags; resolves to the manifest's digest. A build
 * argument SOURCE_DATE_EPOCH (seconds) dates the image, so that the same input gives the same digest:
 * https://reproducible-builds.org/docs/source-date-epoch/
 */
export async function writeImage(
  stage: StageState,
  request: BuildRequest,
  ground: BuildGround,
  log: StepLog,
): Promise<string> {
  const epoch = request.buildArgs.get("SOURCE_DATE_EPOCH");
  const created = (epoch === undefined ? ground.now() : new Date(Number(epoch) * 1000)).toISOString();
  const standIn: Record<string, string> =
    stage.standIns.length === 0 ? {} : { "dev.kepler.sandbox.stand-in": stage.standIns.join("; ") };
  const labels = {
    ...stage.config.Labels,
    ...Object.fromEntries(request.labels),
    "dev.kepler.sandbox.base": stage.base,
    ...standIn,
  };
  const config: ImageConfig = {
    created,
    architecture: "amd64",
    os: "linux",
    config: { ...stage.config, Labels: labels },
    rootfs: { type: "layers", diff_ids: stage.layers.map((layer) => layer.diffId) },
    history: epoch === undefined ? stage.history : stage.history.map((entry) => ({ ...entry, created })),
  };
  const configBytes = Buffer.from(JSON.stringify(config));
  await ground.store.putBlob(configBytes);
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.manifest,
    config: describe(MEDIA_TYPE.config, configBytes),
    layers: stage.layers.map((layer) => layer.descriptor),
  };
  const digest = await ground.store.putBlob(Buffer.from(JSON.stringify(manifest)));
  log.write(`exporting manifest ${digest} done\nexporting config ${manifest.config.digest} done\n`);
  for (const tag of request.tags) {
    await ground.store.name(spell(parseReference(tag)), digest);
    log.write(`naming to ${spell(parseReference(tag))} done\n`);
  }
  return digest;
}
