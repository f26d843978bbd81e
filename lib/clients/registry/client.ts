import "server-only";
import { type Call } from "../http/call.ts";

export type Platform = { os: string; architecture: string; digest: string };

export type Manifest = {
  /** "sha256:…" of the manifest itself, as the registry says or as its bytes hash. */
  digest: string;
  mediaType: string;
  /** Config and layers as they are stored (compressed); for an index, the manifests it lists. */
  sizeBytes: number;
  /** Null for an index. */
  configDigest: string | null;
  /** Of an index, attestations left out; empty for a single image. */
  platforms: Platform[];
};

export type ImageConfig = {
  labels: Record<string, string>;
  env: Record<string, string>;
  /** Port numbers, in order. */
  exposedPorts: number[];
  /** RFC 3339, when the image says. */
  created: string | null;
  os: string;
  architecture: string;
};

/**
 * An OCI registry (https://github.com/opencontainers/distribution-spec). `repository` has no host: "shop" or "team/shop".
 * Throws only the six errors, system "registry".
 */
export type Registry = {
  /** `reference` is a tag or a digest. NotFound when there is none. */
  getManifest(repository: string, reference: string, call?: Call): Promise<Manifest>;
  /** `digest` is the manifest's; of an index the platform linux/amd64, else its first, is read. */
  getImageConfig(repository: string, digest: string, call?: Call): Promise<ImageConfig>;
  /** All tags, in natural order (v2 before v10). Empty for a repository without tags; NotFound for none at all. */
  listTags(repository: string, call?: Call): Promise<string[]>;
  /** Takes every tag of this digest with it; what is gone already is fine. Denied where the registry has deletion off. */
  deleteManifest(repository: string, digest: string, call?: Call): Promise<void>;
  ping(call?: Call): Promise<void>;
};
