import { z } from "zod";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type Db } from "#lib/platform/db";
import { type World } from "#tests/world/sandbox";

type Walked = { db: Db; world: World<"gitlab" | "jenkins" | "registry" | "kubernetes">; appId: string };

/**
 * What there is of a service, in Kepler's rows and in every system, without what differs from service to service: two
 * walks that came to the same end have equal states.
 */
export async function stateOf({ db, world, appId }: Walked) {
  const app = await db.app.findUniqueOrThrow({
    where: { id: appId },
    include: {
      ledger: true,
      provisionSteps: { orderBy: { position: "asc" } },
      builds: { orderBy: { number: "asc" }, include: { steps: { orderBy: { position: "asc" } } } },
      releases: {
        orderBy: { number: "asc" },
        include: { steps: { orderBy: { position: "asc" } }, environment: { select: { namespace: true } } },
      },
      retirements: { include: { steps: { orderBy: { position: "asc" } } } },
    },
  });
  const namespace = app.releases[0]?.environment.namespace ?? "";
  const plain = (text: string) =>
    text.replaceAll(namespace, "<namespace>").replaceAll(app.name, "<name>").replaceAll(appId, "<id>");
  const steps = (rows: { name: string; state: string }[]) => rows.map(({ name, state }) => `${name} ${state}`);
  return {
    provision: [app.provisionState, ...steps(app.provisionSteps)],
    ledger: app.ledger
      .map(({ system, kind, key, state }) => plain(`${system.split(":")[0]} ${kind} ${withoutHost(key)} ${state}`))
      .sort(),
    builds: app.builds.map(({ state, logComplete, steps: rows }) => [state, `log ${logComplete}`, ...steps(rows)]),
    releases: app.releases.map(({ state, kind, steps: rows }) => [kind, state, ...steps(rows)]),
    retirements: app.retirements.map(({ state, steps: rows }) => [state, ...steps(rows)]),
    retired: app.retiredAt !== null,
    hooks: await hooksOf(world, app.gitlabProjectId ?? 0, appId),
    runs: await runsOf(world, `kepler-${app.name}`),
    images: await imagesOf(world, app.name),
    objects: (await objectsIn(world, namespace)).map(plain).sort(),
  };
}

/** Of an address, and of an image repository: each sandbox has ports of its own. */
const withoutHost = (key: string): string => key.replace(/^(https?:\/\/[^/]+|127\.0\.0\.1:\d+)/, "");

/** How many hooks of its project deliver to this service. */
async function hooksOf({ gitlab }: World<"gitlab">, projectId: number, appId: string): Promise<number> {
  const found: string[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await fetch(`${gitlab.url}/api/v4/projects/${projectId}/hooks?per_page=100&page=${page}`, {
      headers: { "private-token": gitlab.token },
    });
    const hooks = z.array(z.object({ url: z.string() })).parse(await answer.json());
    found.push(...hooks.map(({ url }) => url));
    if (hooks.length < 100) return found.filter((url) => url.endsWith(appId)).length;
  }
}

async function runsOf({ jenkins }: World<"jenkins">, job: string): Promise<string[]> {
  const authorization = `Basic ${Buffer.from(`${jenkins.user}:${jenkins.token}`).toString("base64")}`;
  const answer = await fetch(`${jenkins.url}/job/${job}/api/json?tree=builds[number,result]`, {
    headers: { authorization },
  });
  if (answer.status === 404) return [];
  const runs = z.object({ builds: z.array(z.object({ number: z.number(), result: z.string().nullable() })) });
  return runs.parse(await answer.json()).builds.map(({ number, result }) => `${number} ${result}`);
}

/** How many tags its image has. */
async function imagesOf({ registry }: World<"registry">, name: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${registry.user}:${registry.token}`).toString("base64")}`;
  const answer = await fetch(`${registry.url}/v2/${name}/tags/list`, { headers: { authorization } });
  return z.object({ tags: z.array(z.string()).nullable() }).parse(await answer.json()).tags?.length ?? 0;
}

const { serviceAccount, configMap, service, deployment, replicaSet, pod, podDisruptionBudget } = KINDS;
const { horizontalPodAutoscaler, ingress } = KINDS;
/** What a release makes, and what the cluster makes of it. */
const MADE = [
  ...[serviceAccount, configMap, service, deployment, replicaSet, pod],
  ...[podDisruptionBudget, horizontalPodAutoscaler, ingress],
];

/** All of them that are in the namespace; what has a generated name by the name of its owner. */
async function objectsIn({ kubernetes }: World<"kubernetes">, namespace: string): Promise<string[]> {
  const client = createKubernetes({ kubeconfig: kubernetes.kubeconfig, fieldManager: "kepler-test" });
  const lists = await Promise.all(MADE.map((kind) => client.list(kind, namespace, {})));
  return lists.flatMap(({ items }, i) =>
    items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => `${MADE[i]?.kind} ${metadata.ownerReferences ? "of its owner" : metadata.name}`),
  );
}
