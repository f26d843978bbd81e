import { type Exchange, empty, type Reply } from "../platform/exchange.ts";
import { type Router } from "../platform/router.ts";
import { type RegistryGround } from "./ground.ts";
import { checkDigest, checkName } from "./names.ts";
import { refusal } from "./refusals.ts";

const UPLOAD_ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Pushing blobs, whole or in chunks: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs */
export function addUploadRoutes(router: Router, ground: RegistryGround): void {
  const named = (handler: (exchange: Exchange, name: string, ground: RegistryGround) => Promise<Reply>) => {
    return (exchange: Exchange) => handler(exchange, checkName(exchange.param("name")), ground);
  };
  /** Chunks of one upload come one after another. */
  const inTurn = (handler: (exchange: Exchange) => Promise<Reply>) => (exchange: Exchange) =>
    ground.oneAtATime(exchange.param("id"), () => handler(exchange));
  for (const uploads of ["/v2/*name/blobs/uploads/", "/v2/*name/blobs/uploads"])
    router.route("POST", uploads, named(begin));
  const upload = "/v2/*name/blobs/uploads/:id";
  router.route("GET", upload, named(status));
  router.route("PATCH", upload, inTurn(named(append)));
  router.route("PUT", upload, inTurn(named(finish)));
  router.route("DELETE", upload, named(cancel));
}

async function begin(exchange: Exchange, name: string, ground: RegistryGround): Promise<Reply> {
  const mount = exchange.query.get("mount");
  if (mount !== null && (await mountBlob(name, checkDigest(mount), exchange.query.get("from"), ground)))
    return created(name, mount);
  const digest = exchange.query.get("digest");
  const id = await ground.uploads.begin();
  if (digest === null) return progress(exchange, name, id, 0, 202);
  await ground.uploads.append(id, 0, exchange.request);
  return complete(name, id, checkDigest(digest), ground);
}

async function mountBlob(
  name: string,
  digest: string,
  from: string | null,
  { blobs, repositories }: RegistryGround,
): Promise<boolean> {
  if (from === null || (await blobs.size(digest)) === undefined) return false;
  if (!(await repositories.hasLayer(checkName(from), digest))) return false;
  await repositories.addLayer(name, digest);
  return true;
}

async function status(exchange: Exchange, name: string, ground: RegistryGround): Promise<Reply> {
  const { id, size } = await findUpload(exchange, ground);
  return progress(exchange, name, id, size, 204);
}

async function append(exchange: Exchange, name: string, ground: RegistryGround): Promise<Reply> {
  const { id, size } = await findUpload(exchange, ground);
  const start = /^(?:bytes )?(\d+)-\d+/.exec(exchange.headers["content-range"] ?? "")?.[1];
  if (start !== undefined && Number(start) !== size) return progress(exchange, name, id, size, 416);
  return progress(exchange, name, id, await ground.uploads.append(id, size, exchange.request), 202);
}

async function finish(exchange: Exchange, name: string, ground: RegistryGround): Promise<Reply> {
  const { id, size } = await findUpload(exchange, ground);
  const digest = checkDigest(exchange.query.get("digest") ?? "");
  await ground.uploads.append(id, size, exchange.request);
  return complete(name, id, digest, ground);
}

async function complete(name: string, id: string, digest: string, ground: RegistryGround): Promise<Reply> {
  if (!(await ground.blobs.adopt(ground.uploads.path(id), digest))) {
    await ground.uploads.cancel(id);
    throw refusal("DIGEST_INVALID", "provided digest did not match uploaded content", { digest });
  }
  await ground.repositories.addLayer(name, digest);
  return created(name, digest);
}

async function cancel(exchange: Exchange, _name: string, ground: RegistryGround): Promise<Reply> {
  const { id } = await findUpload(exchange, ground);
  await ground.uploads.cancel(id);
  return empty(204);
}

async function findUpload(exchange: Exchange, ground: RegistryGround): Promise<{ id: string; size: number }> {
  const id = exchange.param("id");
  const size = UPLOAD_ID.test(id) ? await ground.uploads.size(id) : undefined;
  if (size === undefined) throw refusal("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", id);
  return { id, size };
}

function created(name: string, digest: string): Reply {
  return empty(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest, "content-length": 0 });
}

/** Location is absolute and carries a query of its own, as Distribution's does: clients must add to it, not build it. */
function progress(exchange: Exchange, name: string, id: string, size: number, code: number): Reply {
  const state = Buffer.from(JSON.stringify({ id, size })).toString("base64url");
  return empty(code, {
    location: `http://${exchange.headers.host ?? ""}/v2/${name}/blobs/uploads/${id}?_state=${state}`,
    range: `0-${Math.max(0, size - 1)}`,
    "docker-upload-uuid": id,
    "content-length": code === 204 ? undefined : 0,
  });
}
