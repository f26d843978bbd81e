import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { type Exchange, empty, json, type Reply } from "../platform/exchange.ts";
import { type Router } from "../platform/router.ts";
import { type RegistryGround } from "./ground.ts";
import { checkName, readReference } from "./names.ts";
import { refusal } from "./refusals.ts";

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

const descriptor = z.looseObject({ digest: z.string(), urls: z.array(z.string()).optional() });
const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: z.looseObject({ digest: z.string(), mediaType: z.string() }).optional(),
  layers: z.array(descriptor).optional(),
  manifests: z.array(descriptor).optional(),
  subject: descriptor.optional(),
});
type ManifestBody = z.infer<typeof manifestSchema>;

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests and #pushing-manifests */
export function addManifestRoutes(router: Router, ground: RegistryGround): void {
  router.route("GET", "/v2/*name/manifests/:reference", (exchange) => readManifest(exchange, ground));
  router.route("PUT", "/v2/*name/manifests/:reference", (exchange) => putManifest(exchange, ground));
  router.route("DELETE", "/v2/*name/manifests/:reference", (exchange) => deleteManifest(exchange, ground));
  router.route("GET", "/v2/*name/referrers/:digest", (exchange) => listReferrers(exchange, ground));
}

async function readManifest(exchange: Exchange, { blobs, repositories }: RegistryGround): Promise<Reply> {
  const name = checkName(exchange.param("name"));
  const reference = readReference(exchange.param("reference"));
  const digest = reference.kind === "digest" ? reference.digest : await repositories.tagged(name, reference.tag);
  const revision = digest === undefined ? undefined : await repositories.revision(name, digest);
  const size = digest === undefined || revision === undefined ? undefined : await blobs.size(digest);
  if (digest === undefined || revision === undefined || size === undefined) {
    throw refusal("MANIFEST_UNKNOWN", "manifest unknown", { name, reference: exchange.param("reference") });
  }
  if (reference.kind === "tag") checkAccept(exchange.headers.accept, revision.mediaType);
  const headers = {
    "content-type": revision.mediaType,
    "docker-content-digest": digest,
    "content-length": size,
    etag: `"${digest}"`,
  };
  return { status: 200, headers, body: exchange.method === "HEAD" ? undefined : await buffer(blobs.read(digest)) };
}

/** Distribution 2.8 hides an OCI manifest from a client that does not name its type; a wildcard does not count. */
function checkAccept(accept: string | undefined, mediaType: string): void {
  const accepted = (accept ?? "").split(",").map((part) => part.split(";")[0]?.trim());
  if ((mediaType !== OCI_MANIFEST && mediaType !== OCI_INDEX) || accepted.includes(mediaType)) return;
  const kind = mediaType === OCI_INDEX ? "index" : "manifest";
  throw refusal(
    "MANIFEST_UNKNOWN",
    `OCI ${kind} found, but accept header does not support OCI ${kind === "index" ? "indexes" : "manifests"}`,
  );
}

async function putManifest(exchange: Exchange, ground: RegistryGround): Promise<Reply> {
  const name = checkName(exchange.param("name"));
  const reference = readReference(exchange.param("reference"));
  const bytes = await exchange.body(MAX_MANIFEST_BYTES);
  const body = parseManifest(bytes);
  const mediaType = exchange.headers["content-type"]?.split(";")[0]?.trim() ?? body.mediaType ?? "";
  if (
    ![OCI_MANIFEST, OCI_INDEX, DOCKER_LIST, DOCKER_MANIFEST].includes(mediaType) ||
    (body.mediaType ?? mediaType) !== mediaType
  ) {
    throw refusal("MANIFEST_INVALID", "manifest invalid", { mediaType, inBody: body.mediaType ?? null });
  }
  await checkReferences(name, body, ground);
  const digest = await ground.blobs.put(bytes);
  if (reference.kind === "digest" && reference.digest !== digest) {
    throw refusal("DIGEST_INVALID", "provided digest did not match uploaded content", { digest: reference.digest });
  }
  const artifactType = body.artifactType ?? body.config?.mediaType;
  await ground.repositories.addRevision(name, digest, { mediaType, subject: body.subject?.digest, artifactType });
  if (reference.kind === "tag") await ground.repositories.tag(name, reference.tag, digest);
  const subject = body.subject === undefined ? {} : { "oci-subject": body.subject.digest };
  return empty(201, {
    location: `/v2/${name}/manifests/${digest}`,
    "docker-content-digest": digest,
    "content-length": 0,
    ...subject,
  });
}

function parseManifest(bytes: Buffer): ManifestBody {
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString("utf8")));
  } catch {
    throw refusal("MANIFEST_INVALID", "manifest invalid", "the body is no image manifest or index");
  }
}

async function checkReferences(name: string, body: ManifestBody, { repositories }: RegistryGround): Promise<void> {
  const layers = (body.layers ?? []).filter((layer) => (layer.urls ?? []).length === 0);
  for (const { digest } of [...(body.config === undefined ? [] : [body.config]), ...layers]) {
    if (!(await repositories.hasLayer(name, digest)))
      throw refusal("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", { digest });
  }
  for (const { digest } of body.manifests ?? []) {
    if ((await repositories.revision(name, digest)) === undefined) {
      throw refusal("MANIFEST_BLOB_UNKNOWN", "manifest unknown to registry", { digest });
    }
  }
}

/** By digest a deletion takes every tag on it; by tag (distribution 3, specification 1.1) the tag alone. */
async function deleteManifest(exchange: Exchange, ground: RegistryGround): Promise<Reply> {
  const name = checkName(exchange.param("name"));
  const reference = readReference(exchange.param("reference"));
  const found =
    reference.kind === "tag"
      ? await ground.repositories.untag(name, reference.tag)
      : await ground.repositories.removeRevision(name, reference.digest);
  if (!found) throw refusal("MANIFEST_UNKNOWN", "manifest unknown", { name, reference: exchange.param("reference") });
  return empty(202, { "content-length": 0 });
}

async function listReferrers(exchange: Exchange, { blobs, repositories }: RegistryGround): Promise<Reply> {
  const name = checkName(exchange.param("name"));
  const wanted = exchange.query.get("artifactType");
  const referring = (await repositories.revisions(name)).filter((each) => each.subject === exchange.param("digest"));
  const manifests = referring
    .filter((each) => wanted === null || each.artifactType === wanted)
    .map(async ({ digest, mediaType, artifactType }) => ({
      mediaType,
      digest,
      artifactType,
      size: await blobs.size(digest),
    }));
  const headers = { "content-type": OCI_INDEX, ...(wanted === null ? {} : { "oci-filters-applied": "artifactType" }) };
  return json(200, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: await Promise.all(manifests) }, headers);
}
