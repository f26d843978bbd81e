import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Logger } from "pino";
import { z } from "zod";
import { type Entrance } from "../platform/entrance.ts";
import { json } from "../platform/exchange.ts";
import { serve } from "../platform/http.ts";
import { createOneAtATime } from "../platform/one-at-a-time.ts";
import { createRouter } from "../platform/router.ts";
import { openState } from "../platform/state.ts";
import { Door, REGISTRY_USER } from "./access.ts";
import { addBlobRoutes } from "./blob-routes.ts";
import { BlobStore, UploadStore } from "./blob-store.ts";
import { type RegistryGround } from "./ground.ts";
import { addListRoutes } from "./list-routes.ts";
import { addManifestRoutes } from "./manifest-routes.ts";
import { RepositoryStore } from "./repository-store.ts";
import { addUploadRoutes } from "./upload-routes.ts";

export type RegistryOptions = { port: number; home: string; logger: Logger; entrance?: Entrance; token?: string };
export type RunningRegistry = { url: string; user: string; token: string; stop(): Promise<void> };

const stateSchema = z.object({ token: z.string() });

/** Starts an OCI distribution v2 registry on 127.0.0.1: anyone may pull, the rest needs `kepler:<token>`. */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const { port, home, logger, entrance } = options;
  const initial = () => ({ token: `registry-sandbox-${randomBytes(16).toString("hex")}` });
  const state = await openState({ file: join(home, "state.json"), schema: stateSchema, initial, logger });
  await state.flush();
  const { token } = { ...state.data, ...(options.token && { token: options.token }) };
  const ground: RegistryGround = {
    blobs: new BlobStore(join(home, "blobs")),
    uploads: new UploadStore(join(home, "uploads")),
    repositories: new RepositoryStore(join(home, "repositories")),
    oneAtATime: createOneAtATime(),
  };
  const door = new Door(token, Date.now);
  const listening = await serve({
    router: routes(ground, door),
    port,
    logger,
    entrance,
    before: (exchange) => door.check(exchange),
    notFound: (exchange) =>
      json(404, { errors: [{ code: "NOT_FOUND", message: "page not found", detail: exchange.path }] }),
  });
  return { url: listening.url, user: REGISTRY_USER, token, stop: () => listening.close() };
}

function routes(ground: RegistryGround, door: Door) {
  const router = createRouter();
  const version = { "docker-distribution-api-version": "registry/2.0" };
  router.route("GET", "/v2/", () => json(200, {}, version));
  router.route("GET", "/token", (exchange) => door.issue(exchange));
  router.route("GET", "/v2", (exchange) => json(301, {}, { location: `http://${exchange.headers.host ?? ""}/v2/` }));
  addListRoutes(router, ground);
  addUploadRoutes(router, ground);
  addBlobRoutes(router, ground);
  addManifestRoutes(router, ground);
  return router;
}
