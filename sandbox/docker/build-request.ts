import { type ImageStore } from "./image-store.ts";

export type BuildRequest = {
  context: string;
  /** Path of the Dockerfile. */
  file: string;
  tags: string[];
  buildArgs: Map<string, string>;
  labels: Map<string, string>;
  target: string | undefined;
};

export type BuildGround = {
  store: ImageStore;
  /** Folder for the roots of running builds; each build removes its own. */
  scratch: string;
  /** Folder of the registries' `config.json`. */
  credentials: string;
  host: { node: string; path: string; home: string };
  now: () => Date;
};
