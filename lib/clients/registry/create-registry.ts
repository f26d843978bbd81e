import "server-only";
import { createHash } from "node:crypto";
import { Denied } from "#lib/platform/errors";
import { type Call } from "../http/call.ts";
import { notItsProtocol } from "../http/failures.ts";
import { parseJson } from "../http/request.ts";
import {
  basicAuthorization,
  type Fetch,
  type HttpReply,
  type HttpTarget,
  withoutTrailingSlash,
} from "../http/target.ts";
import { authorizing, type Credentials } from "./authorization.ts";
import { type Manifest, type Platform, type Registry } from "./client.ts";
import { anyManifest, configReply, MANIFEST_TYPES, tagsReply } from "./replies.ts";

export type RegistryConfig = Credentials & { url: string; fetch?: Fetch; random?: () => number };

const MAX_PAGES = 200;
const naturally = new Intl.Collator("en", { numeric: true });

/** The client of one registry; `url` is its root, below which `/v2/` lies. Without a token it asks anonymously. */
export function createRegistry(config: RegistryConfig): Registry {
  const { url, user, token, fetch = globalThis.fetch, random = Math.random } = config;
  const target: HttpTarget = {
    system: "registry",
    name: "The registry",
    baseUrl: withoutTrailingSlash(url),
    headers: {},
    secrets: token ? [token, basicAuthorization(user ?? "", token)] : [],
    fetch,
    random,
  };
  const ask = authorizing(target, { user, token });

  const fetchManifest = async (repository: string, reference: string, call?: Call): Promise<Manifest> => {
    const path = `/v2/${encodedName(repository)}/manifests/${encodedReference(reference)}`;
    // Without these types a registry says that the manifest does not exist.
    const reply = await ask({ ...call, path, headers: { accept: MANIFEST_TYPES.join(", ") } });
    const digest = trueDigest(target, reply, reference);
    const manifest = parseJson(target, reply, anyManifest);
    const mediaType = manifest.mediaType ?? reply.headers.get("content-type")?.split(";")[0] ?? "";
    if ("manifests" in manifest) {
      const sizeBytes = sum(manifest.manifests.map((one) => one.size));
      return { digest, mediaType, sizeBytes, configDigest: null, platforms: platformsOf(manifest.manifests) };
    }
    const sizeBytes = sum([manifest.config, ...manifest.layers].map((part) => part.size));
    return { digest, mediaType, sizeBytes, configDigest: manifest.config.digest, platforms: [] };
  };

  return {
    getManifest: fetchManifest,

    async getImageConfig(repository, digest, call) {
      let manifest = await fetchManifest(repository, digest, call);
      const platform = manifest.platforms.find(isLinuxAmd64) ?? manifest.platforms[0];
      if (platform) manifest = await fetchManifest(repository, platform.digest, call);
      if (!manifest.configDigest) throw notItsProtocol(target, "an image", { digest });
      const path = `/v2/${encodedName(repository)}/blobs/${encodedReference(manifest.configDigest)}`;
      return parseJson(target, await ask({ ...call, path }), configReply);
    },

    async listTags(repository, call) {
      const tags = new Set<string>();
      let next: string | null = `/v2/${encodedName(repository)}/tags/list?n=1000`;
      for (let page = 0; next && page < MAX_PAGES; page += 1) {
        const reply: HttpReply = await ask({ ...call, path: next });
        for (const tag of parseJson(target, reply, tagsReply).tags ?? []) tags.add(tag);
        next = nextPage(reply, target);
      }
      return [...tags].sort(naturally.compare);
    },

    async deleteManifest(repository, digest, call) {
      const path = `/v2/${encodedName(repository)}/manifests/${encodedReference(digest)}`;
      const reply = await ask({ ...call, method: "DELETE", path, accept: [404, 405] });
      if (reply.status === 405) {
        throw new Denied("The registry has deletion switched off.", {
          system: "registry",
          next: "An admin can allow it in the registry's configuration (storage.delete.enabled).",
        });
      }
    },

    async ping(call) {
      await ask({ ...call, path: "/v2/" });
    },
  };
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const isLinuxAmd64 = ({ os, architecture }: Platform): boolean => os === "linux" && architecture === "amd64";
const encodedName = (repository: string): string => repository.split("/").map(encodeURIComponent).join("/");
/** Nothing of a reference may act as a path; the colon of a digest is written as it is. */
const encodedReference = (reference: string): string => encodeURIComponent(reference).replaceAll("%3A", ":");

/** Attestations are listed as unknown/unknown beside the images they speak about. */
function platformsOf(manifests: { digest: string; platform?: { os: string; architecture: string } }[]): Platform[] {
  return manifests.flatMap(({ digest, platform }) =>
    platform && platform.os !== "unknown" ? [{ ...platform, digest }] : [],
  );
}

/** The digest is what the bytes hash to; a header or a reference that says otherwise means damage on the way. */
function trueDigest(target: HttpTarget, reply: HttpReply, reference: string): string {
  const digest = `sha256:${createHash("sha256").update(reply.bytes).digest("hex")}`;
  const promised = [reply.headers.get("docker-content-digest"), reference].filter((said) =>
    said?.startsWith("sha256:"),
  );
  if (promised.some((said) => said !== digest))
    throw notItsProtocol(target, "the manifest its digest names", { promised, digest });
  return digest;
}

/** `Link: </v2/…>; rel="next"` (RFC 8288), relative or not, within this registry. */
function nextPage(reply: HttpReply, target: HttpTarget): string | null {
  const link = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(reply.headers.get("link") ?? "")?.[1];
  if (!link) return null;
  const url = new URL(link, `${target.baseUrl}/`);
  return url.origin === new URL(target.baseUrl).origin ? url.href : null;
}
