import "server-only";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { type Db } from "#lib/platform/db";
import { Invalid } from "#lib/platform/errors";
import { ENVIRONMENT_PURPOSES } from "./schema.ts";

/** The parts of a kubeconfig that tell which API server a context means (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/). */
const kubeconfig = z.object({
  "current-context": z.string().optional(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string() }) })),
  clusters: z.array(z.object({ name: z.string(), cluster: z.object({ server: z.string() }) })),
});

type Options = {
  /** Path of the kubeconfig; `context` null means its current one. */
  kubeconfig: string;
  context: string | null;
  /** "localhost:7105" gives dev.localhost:7105, test.localhost:7105 and prod.localhost:7105. */
  domain: string;
};

const RANKS = { dev: 10, test: 20, prod: 30 } as const;

/**
 * Sees to it that the configured cluster and the three environments have their rows. Asked at every start: an address
 * that moved is followed, an environment that an admin has changed keeps everything but the sandbox's moving domain.
 */
export async function bootstrapClusters(db: Db, options: Options): Promise<{ id: string; name: string }> {
  const { context, server } = await readContext(options);
  const cluster = await db.cluster.upsert({
    where: { name: context },
    create: { name: context, context, server },
    update: { context, server },
    select: { id: true, name: true },
  });
  for (const purpose of ENVIRONMENT_PURPOSES) {
    const domain = `${purpose}.${options.domain}`;
    const existing = await db.environment.findUnique({ where: { name: purpose } });
    if (!existing) {
      const namespace = `kepler-${purpose}`;
      const row = { clusterId: cluster.id, name: purpose, namespace, purpose, rank: RANKS[purpose], domain };
      await db.environment.create({ data: row });
    } else if (isLocal(existing.domain) && existing.domain !== domain) {
      await db.environment.update({ where: { id: existing.id }, data: { domain } });
    }
  }
  return cluster;
}

/** The sandbox's edge may come back on another port; a domain that somebody owns never moves by itself. */
const isLocal = (domain: string): boolean => /\.localhost(:\d+)?$/.test(domain);

async function readContext(options: Options): Promise<{ context: string; server: string }> {
  const parsed = kubeconfig.safeParse(parse(await readFile(options.kubeconfig, "utf8")));
  if (!parsed.success) throw wrong("is not a kubeconfig");
  const name = options.context ?? parsed.data["current-context"];
  const context = parsed.data.contexts.find((entry) => entry.name === name);
  if (!context) throw wrong(`has no context ${name ?? "(no current-context is set)"}`);
  const cluster = parsed.data.clusters.find((entry) => entry.name === context.context.cluster);
  if (!cluster) throw wrong(`names the cluster ${context.context.cluster}, which it does not describe`);
  return { context: context.name, server: cluster.cluster.server };
}

const wrong = (what: string) =>
  new Invalid(`KUBECONFIG ${what}.`, { next: "Correct KUBECONFIG or KUBE_CONTEXT and start again." });
