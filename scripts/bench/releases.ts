import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import { z } from "zod";
import { type AppSettings } from "#lib/apps/spec-schema";
import {
  createReleaseResult,
  listReleasesResult,
  type ReleaseIntent,
  type ReleasePreview,
  releasePreview,
  releaseView,
} from "#lib/releases/schema";
import { durations, type Figure, percentile } from "./figures.ts";
import { type Product } from "./product.ts";
import { type Session } from "./session.ts";

const PREVIEWS = 40;
const PREVIEW_LIMIT_MS = 500;
const SCALES = 7;
const SCALE_LIMIT_MS = 300;
const LOOK_EVERY_MS = 50;

type Running = { app: string; environmentId: string; settings: AppSettings; current: number };

/** What a person waits for around a change of a running service: its preview, and the cluster's hearing of it. */
export async function measureReleases(product: Product, session: Session, app: string): Promise<Figure[]> {
  return [
    ...(await measurePreview(product, session, await running(session, app))),
    ...(await measureScale(product, session, app)),
  ];
}

async function running(session: Session, app: string): Promise<Running> {
  const { rows } = await session.get(`/api/apps/${app}/releases?pageSize=1`, listReleasesResult);
  const { spec, number, environmentId } = await session.get(`/api/releases/${rows[0]?.id}`, releaseView);
  const { image: _, ...settings } = spec;
  return { app, environmentId, settings, current: number };
}

const scaleTo = ({ environmentId, settings }: Running, replicas: number): ReleaseIntent => ({
  environmentId,
  kind: "scale",
  buildId: null,
  settings: { ...settings, replicas },
  restoresNumber: null,
});

/** The baseline is what the API server itself takes for the same dry runs, asked all at once. */
async function measurePreview({ kubernetes }: Product, session: Session, service: Running): Promise<Figure[]> {
  const intent = scaleTo(service, service.settings.replicas + 1);
  const ask = () => session.post(`/api/apps/${service.app}/releases/preview`, intent, releasePreview);
  const preview = await ask();
  const ours = percentile(await durations(PREVIEWS, ask), 0.95);
  const api = percentile(await durations(PREVIEWS, () => dryRuns(kubernetes, preview)), 0.95);
  return [
    {
      name: `preview beyond the API's own time, p95 of ${PREVIEWS}`,
      value: Math.max(0, ours - api),
      unit: "ms",
      limit: PREVIEW_LIMIT_MS,
      baseline: { name: "its raw dry runs", value: api },
    },
  ];
}

const PLURALS: Record<string, string> = { Ingress: "ingresses" };
const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
});

async function dryRuns(cluster: Product["kubernetes"], { objects }: ReleasePreview): Promise<void> {
  await Promise.all(
    objects.map(async ({ after }) => {
      const object = manifest.parse(parse(after ?? ""));
      const { apiVersion, kind, metadata } = object;
      const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
      const path = `${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}/namespaces/${metadata.namespace}/${plural}/${metadata.name}`;
      const answer = await fetch(`${cluster.url}/${path}?fieldManager=bench&force=true&dryRun=All`, {
        method: "PATCH",
        headers: { authorization: `Bearer ${cluster.token}`, "content-type": "application/apply-patch+yaml" },
        body: JSON.stringify(object),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    }),
  );
}

/** From before the confirmation is sent until a watch of the Deployment has said the new number of pods. */
async function measureScale(product: Product, session: Session, app: string): Promise<Figure[]> {
  const times: number[] = [];
  const watched = await watchReplicas(product.kubernetes, app);
  try {
    for (let i = 0; i < SCALES; i++) {
      const service = await running(session, app);
      const replicas = service.settings.replicas === 1 ? 2 : 1;
      const seen = watched.next(replicas);
      const startedAt = performance.now();
      const created = await session.post(
        `/api/apps/${app}/releases`,
        {
          ...scaleTo(service, replicas),
          reason: null,
          expectedCurrent: service.current,
          idempotencyKey: `bench-scale-${i}`,
        },
        createReleaseResult,
      );
      await seen;
      times.push(performance.now() - startedAt);
      await ended(session, created.releaseId);
    }
  } finally {
    watched.stop();
  }
  const name = `scale confirmed → applied, slowest of ${SCALES}`;
  return [{ name, value: Math.max(...times), unit: "ms", limit: SCALE_LIMIT_MS }];
}

async function ended(session: Session, id: string): Promise<void> {
  for (;;) {
    const { state, error } = await session.get(`/api/releases/${id}`, releaseView);
    if (state === "done") return;
    if (["failed", "aborted", "superseded"].includes(state)) throw new Error(`a release ${state}: ${error?.message}`);
    await delay(LOOK_EVERY_MS);
  }
}

const event = z.object({ object: z.object({ spec: z.object({ replicas: z.number() }) }) });

/** The cluster's own watch of one Deployment. */
async function watchReplicas({ url, token }: Product["kubernetes"], name: string) {
  const gone = new AbortController();
  const path = `/apis/apps/v1/namespaces/kepler-dev/deployments?watch=true&fieldSelector=metadata.name%3D${name}`;
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` }, signal: gone.signal });
  let waiting: { replicas: number; resolve: () => void } | undefined;
  const follow = async () => {
    let rest = "";
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const parsed = event.safeParse(JSON.parse(line));
        if (parsed.success && parsed.data.object.spec.replicas === waiting?.replicas) waiting.resolve();
      }
    }
  };
  void follow().catch(() => undefined);
  return {
    next: (replicas: number) => new Promise<void>((resolve) => (waiting = { replicas, resolve })),
    stop: () => gone.abort(),
  };
}
