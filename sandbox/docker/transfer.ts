import { z } from "zod";
import { BuildError } from "./build-error.ts";
import { readBasicAuth } from "./credentials-file.ts";
import { MEDIA_TYPE, manifestSchema, sha256 } from "./image.ts";
import { type ImageReference, spell } from "./image-reference.ts";
import { type ImageStore, type StoredImage } from "./image-store.ts";
import { RegistryClient } from "./registry-client.ts";

type Ground = { store: ImageStore; credentials: string };
const indexSchema = z.object({
  manifests: z.array(
    z.object({ digest: z.string(), platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
  ),
});

/** Uploads what the registry lacks, then the manifest under the tag; resolves to the manifest's digest. */
export async function pushImage(
  reference: ImageReference,
  ground: Ground,
  say: (line: string) => void,
): Promise<string> {
  const image = await ground.store.require(spell(reference));
  const client = await clientFor(reference, ground);
  const tag = reference.tag ?? "latest";
  say(`The push refers to repository [${reference.host ?? ""}/${reference.repository}]`);
  for (const { digest } of [...image.manifest.layers, image.manifest.config]) {
    const known = await client.hasBlob(digest);
    if (!known) await client.pushBlob(digest, await ground.store.blob(digest));
    if (digest !== image.manifest.config.digest)
      say(`${digest.slice(7, 19)}: ${known ? "Layer already exists" : "Pushed"}`);
  }
  const bytes = await ground.store.blob(image.manifestDigest);
  await client.pushManifest(tag, bytes, image.manifest.mediaType ?? MEDIA_TYPE.manifest);
  say(`${tag}: digest: ${image.manifestDigest} size: ${bytes.length}`);
  return image.manifestDigest;
}

/** Downloads an image into the store, every blob checked against its digest; undefined when the registry has none. */
export async function pullImage(reference: ImageReference, ground: Ground): Promise<StoredImage | undefined> {
  const client = await clientFor(reference, ground);
  let found = await client.manifest(reference.digest ?? reference.tag ?? "latest");
  if (found?.mediaType === MEDIA_TYPE.index || found?.mediaType === MEDIA_TYPE.dockerList) {
    const { manifests } = indexSchema.parse(JSON.parse(found.bytes.toString()));
    const fitting = manifests.find((each) => each.platform?.os === "linux" && each.platform.architecture === "amd64");
    if (fitting === undefined) throw new BuildError("no match for platform in manifest: not found");
    found = await client.manifest(fitting.digest);
  }
  if (found === undefined) return undefined;
  const manifest = manifestSchema.parse(JSON.parse(found.bytes.toString()));
  for (const { digest } of [manifest.config, ...manifest.layers]) {
    if (await ground.store.hasBlob(digest)) continue;
    const bytes = await client.blob(digest);
    const actual = sha256(bytes);
    if (actual !== digest) throw new BuildError(`failed to verify ${digest}: the registry sent ${actual}`);
    await ground.store.putBlob(bytes);
  }
  const manifestDigest = await ground.store.putBlob(found.bytes);
  await ground.store.name(spell(reference), manifestDigest);
  return ground.store.require(spell(reference));
}

async function clientFor(reference: ImageReference, ground: Ground): Promise<RegistryClient> {
  const { host, repository } = reference;
  if (host === undefined) {
    throw new BuildError(
      `${spell(reference)}: the sandbox reaches no Docker Hub; name a registry, as in 127.0.0.1:7103/app:tag`,
    );
  }
  return new RegistryClient({ host, repository, basic: await readBasicAuth(ground.credentials, host) });
}
