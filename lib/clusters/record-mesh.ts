import "server-only";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { type Db } from "#lib/platform/db";

/** Istio's kinds live in this API group (istio.io/latest/docs/reference/config/networking). */
export const ISTIO_GROUP = "networking.istio.io";
/** Traefik's, without which an Ingress is all that it reads (doc.traefik.io/traefik/reference/dynamic-configuration/kubernetes-crd). */
export const TRAEFIK_GROUP = "traefik.io";

/** Asks a cluster whether it knows Istio's kinds and keeps the answer. Throws what the cluster throws. */
export async function recordMesh(
  db: Pick<Db, "cluster">,
  cluster: { id: string },
  kubernetes: Kubernetes,
  signal: AbortSignal,
): Promise<void> {
  const meshAvailable = (await kubernetes.apiGroups({ signal })).includes(ISTIO_GROUP);
  await db.cluster.updateMany({
    where: { id: cluster.id, OR: [{ meshAvailable: null }, { meshAvailable: !meshAvailable }] },
    data: { meshAvailable },
  });
}
