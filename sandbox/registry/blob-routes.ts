import { type Exchange, empty, type Reply } from "../platform/exchange.ts";
import { type Router } from "../platform/router.ts";
import { type RegistryGround } from "./ground.ts";
import { checkDigest, checkName } from "./names.ts";
import { refusal } from "./refusals.ts";

/** Reading and deleting blobs: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs */
export function addBlobRoutes(router: Router, ground: RegistryGround): void {
  router.route("GET", "/v2/*name/blobs/:digest", (exchange) => readBlob(exchange, ground));
  router.route("DELETE", "/v2/*name/blobs/:digest", async (exchange) => {
    const name = checkName(exchange.param("name"));
    const digest = checkDigest(exchange.param("digest"));
    if (!(await ground.repositories.removeLayer(name, digest)))
      throw refusal("BLOB_UNKNOWN", "blob unknown to registry", digest);
    return empty(202, { "content-length": 0, "docker-content-digest": digest });
  });
}

async function readBlob(exchange: Exchange, { blobs, repositories }: RegistryGround): Promise<Reply> {
  const name = checkName(exchange.param("name"));
  const digest = checkDigest(exchange.param("digest"));
  const size = (await repositories.hasLayer(name, digest)) ? await blobs.size(digest) : undefined;
  if (size === undefined) throw refusal("BLOB_UNKNOWN", "blob unknown to registry", digest);
  const headers = {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    "accept-ranges": "bytes",
    etag: `"${digest}"`,
  };
  const range = readRange(exchange.headers.range, size);
  if (range === "unsatisfiable") return empty(416, { ...headers, "content-range": `bytes */${size}` });
  const length = range === undefined ? size : range.end - range.start + 1;
  const part = range === undefined ? {} : { "content-range": `bytes ${range.start}-${range.end}/${size}` };
  const isHead = exchange.method === "HEAD";
  return {
    status: range === undefined ? 200 : 206,
    headers: { ...headers, ...part, "content-length": length },
    body: isHead || length === 0 ? undefined : blobs.read(digest, range),
  };
}

/** One byte range of RFC 9110 §14.1.2; anything else in the header is ignored, as the RFC allows. */
function readRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | undefined | "unsatisfiable" {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start <= end ? { start, end } : "unsatisfiable";
}
