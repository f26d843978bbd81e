import "server-only";
import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { type KindRef, type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { checkCertificates } from "#lib/clusters/check-certificates";
import { type SeenPod, seePod } from "#lib/clusters/pod-rules";
import { readUsage } from "#lib/clusters/read-usage";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { type Db } from "#lib/platform/db";
import { KeplerError, type PublicError, toPublicError } from "#lib/platform/errors";
import { type PlaceOfApp } from "./place-rules.ts";
import { wasOutOfMemory } from "./rules/end-rules.ts";
import { type Scene, type SeenLog } from "./scene-schema.ts";
import {
  seeAutoscaler,
  seeClaim,
  seeEndpoints,
  seeIngress,
  seeNode,
  seeReplicaSet,
  seeService,
} from "./surroundings-rules.ts";

type Deps = { db: Db; kubernetes: Kubernetes; now(): Date; signal: AbortSignal };
export type Gap = { what: string; error: PublicError };

/** Told about each kind that could not be read; a refusal is not emptiness. */
class Looking {
  readonly gaps: Gap[] = [];

  async at<T>(what: string, answer: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof KeplerError)) throw error;
      this.gaps.push({ what, error: toPublicError(error) });
      return otherwise;
    }
  }
}

/**
 * An app's objects in a cluster and what stands around them, asked now; events as the watch saw them. `livePods` is null
 * when the pods could not be read. Needs get and list on what it reads, nothing more; what it may not see is in `gaps`.
 */
export async function readCluster(
  { app, container, labelSelector, clusterId, namespace, workload, exposure }: PlaceOfApp,
  { db, kubernetes, now, signal }: Deps,
): Promise<{ scene: Scene; gaps: Gap[]; livePods: SeenPod[] | null }> {
  const looking = new Looking();
  const kindOfWorkload = workload === "statefulset" ? KINDS.statefulSet : KINDS.deployment;
  const get = (kind: KindRef, name: string) =>
    looking.at(
      kind.plural,
      kubernetes.get({ ...kind, ...(kind.namespaced ? { namespace } : {}), name }, { signal }),
      null,
    );
  const list = (kind: KindRef, selector: string) =>
    looking.at(
      kind.plural,
      kubernetes.list(kind, namespace, { labelSelector: selector, signal }).then(({ items }) => items),
      [],
    );

  const readPods = kubernetes
    .list(KINDS.pod, namespace, { labelSelector, signal })
    .then(({ items }) => items.map(seePod));
  const [livePods, owner, replicaSets, autoscaler, service, slices, ingress, usage, certificates] = await Promise.all([
    looking.at<(SeenPod | null)[] | null>("pods", readPods, null),
    get(kindOfWorkload, app.name),
    workload === "deployment" ? list(KINDS.replicaSet, labelSelector) : [],
    get(KINDS.horizontalPodAutoscaler, app.name),
    get(KINDS.service, app.name),
    list(KINDS.endpointSlice, `kubernetes.io/service-name=${app.name}`),
    get(KINDS.ingress, app.name),
    looking.at("metrics", readUsage(kubernetes, namespace, { labelSelector, signal }), []),
    looking.at("secrets", certificatesOf(exposure, namespace, { kubernetes, now: now(), signal }), []),
  ]);
  const pods = livePods?.filter((pod) => pod !== null) ?? [];
  const claimNames = [...new Set(pods.flatMap(({ claims }) => claims))];
  const nodeNames = [...new Set(pods.flatMap(({ nodeName }) => nodeName ?? []))].slice(0, MOST_NODES);
  const [claims, nodes, logs, events] = await Promise.all([
    Promise.all(claimNames.slice(0, MOST_CLAIMS).map((name) => get(KINDS.persistentVolumeClaim, name))),
    Promise.all(nodeNames.map((name) => get(KINDS.node, name))),
    lastWords(kubernetes, namespace, pods, signal),
    readEvents(db, { appId: app.id, clusterId, namespace }, [...claimNames, ...pods.map(({ name }) => name)], now()),
  ]);
  const scene: Scene = {
    app: app.name,
    container,
    now: now(),
    workload: owner && seeWorkload(owner),
    pods,
    events,
    replicaSets: present(replicaSets.map(seeReplicaSet)),
    autoscaler: autoscaler && seeAutoscaler(autoscaler),
    claims: present(claims.map((claim) => claim && seeClaim(claim))),
    service: service && seeService(service),
    endpoints: service && seeEndpoints(slices),
    routes: present([ingress && seeIngress(ingress)]),
    nodes: present(nodes.map((node) => node && seeNode(node))),
    logs,
    usage: usage.map(({ cpuMillis: _, ...rest }) => ({ ...rest, by: "metrics.k8s.io" as const })),
    answers: [],
    certificates,
    image: null,
    build: null,
    before: null,
  };
  // One refusal of a kind says it for all objects of that kind.
  const gaps = looking.gaps.filter(({ what }, i) => looking.gaps.findIndex((other) => other.what === what) === i);
  return { scene, gaps, livePods: livePods && pods };
}

const certificatesOf = async (
  exposure: PlaceOfApp["exposure"],
  namespace: string,
  look: Parameters<typeof checkCertificates>[2],
) => (exposure?.tls ? checkCertificates(exposure.tls, { gatewayClass: carrierOf(exposure), namespace }, look) : []);

const MOST_NODES = 10;
const MOST_CLAIMS = 10;
const present = <T>(list: (T | null)[]): T[] => list.filter((one) => one !== null);

const MOST_EVENTS = 200;
const RECENT_MS = 60 * 60_000;

/** Of the app, and of objects that are named for it in another way, in the last hour. */
async function readEvents(
  db: Db,
  { appId, clusterId, namespace }: { appId: string; clusterId: string; namespace: string },
  names: string[],
  now: Date,
) {
  return db.observedEvent.findMany({
    where: {
      clusterId,
      namespace,
      lastAt: { gt: new Date(now.getTime() - RECENT_MS) },
      OR: [{ appId }, { involvedName: { in: names } }],
    },
    orderBy: { lastAt: "desc" },
    take: MOST_EVENTS,
  });
}

const MOST_LOGS = 3;
const LAST_LINES = 20;
/** Of each line; whoever wants the rest opens the log. */
const MOST_CHARACTERS = 500;
/** More than the newest file of a log has (https://kubernetes.io/docs/concepts/cluster-administration/logging/#log-rotation). */
const MOST_READ = 16 * 1024 * 1024;

/** What containers in trouble wrote last: of the run that ended, or of the present one where that is gone. */
async function lastWords(kubernetes: Kubernetes, namespace: string, pods: SeenPod[], signal: AbortSignal) {
  const troubled = pods.flatMap((pod) =>
    pod.containers
      .filter((one) => (!one.ready && one.restarts > 0) || wasOutOfMemory(one) || (one.exitCode ?? 0) !== 0)
      .map((one) => ({ pod: pod.name, container: one.name })),
  );
  const read = async (place: { pod: string; container: string }, previous: boolean): Promise<SeenLog | null> => {
    const lines: string[] = [];
    const options = { container: place.container, previous, tailLines: LAST_LINES, signal };
    let read = 0;
    try {
      // A few lines may be megabytes, and come in pieces.
      for await (const line of kubernetes.readLog(namespace, place.pod, options)) {
        lines.push(line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line);
        if (lines.length > LAST_LINES) lines.shift();
        read += line.length;
        if (read > MOST_READ) break;
      }
    } catch (error) {
      if (!(error instanceof KeplerError)) throw error;
    }
    return lines.length > 0 ? { ...place, previous, lines } : null;
  };
  const logs = troubled
    .slice(0, MOST_LOGS)
    .map(async (place) => (await read(place, true)) ?? (await read(place, false)));
  return present(await Promise.all(logs));
}
