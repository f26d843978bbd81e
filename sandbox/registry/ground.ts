import { type createOneAtATime } from "../platform/one-at-a-time.ts";
import { type BlobStore, type UploadStore } from "./blob-store.ts";
import { type RepositoryStore } from "./repository-store.ts";

/** What every route of the registry works on. */
export type RegistryGround = {
  blobs: BlobStore;
  uploads: UploadStore;
  repositories: RepositoryStore;
  /** Chunks of one upload come one after another. */
  oneAtATime: ReturnType<typeof createOneAtATime>;
};
