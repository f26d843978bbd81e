import "server-only";
import { type KindRef } from "./client.ts";

const kind = (apiVersion: string, name: string, plural: string, namespaced = true): KindRef => ({
  apiVersion,
  kind: name,
  plural,
  namespaced,
});

/** The resource types that Kepler works with, so that no call waits for discovery. */
export const KINDS = {
  namespace: kind("v1", "Namespace", "namespaces", false),
  node: kind("v1", "Node", "nodes", false),
  pod: kind("v1", "Pod", "pods"),
  service: kind("v1", "Service", "services"),
  serviceAccount: kind("v1", "ServiceAccount", "serviceaccounts"),
  configMap: kind("v1", "ConfigMap", "configmaps"),
  secret: kind("v1", "Secret", "secrets"),
  resourceQuota: kind("v1", "ResourceQuota", "resourcequotas"),
  limitRange: kind("v1", "LimitRange", "limitranges"),
  event: kind("v1", "Event", "events"),
  persistentVolumeClaim: kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
  deployment: kind("apps/v1", "Deployment", "deployments"),
  replicaSet: kind("apps/v1", "ReplicaSet", "replicasets"),
  statefulSet: kind("apps/v1", "StatefulSet", "statefulsets"),
  job: kind("batch/v1", "Job", "jobs"),
  cronJob: kind("batch/v1", "CronJob", "cronjobs"),
  podDisruptionBudget: kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  horizontalPodAutoscaler: kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  endpointSlice: kind("discovery.k8s.io/v1", "EndpointSlice", "endpointslices"),
  ingress: kind("networking.k8s.io/v1", "Ingress", "ingresses"),
  ingressClass: kind("networking.k8s.io/v1", "IngressClass", "ingressclasses", false),
  middleware: kind("traefik.io/v1alpha1", "Middleware", "middlewares"),
  virtualService: kind("networking.istio.io/v1", "VirtualService", "virtualservices"),
  gateway: kind("networking.istio.io/v1", "Gateway", "gateways"),
  envoyFilter: kind("networking.istio.io/v1alpha3", "EnvoyFilter", "envoyfilters"),
  destinationRule: kind("networking.istio.io/v1", "DestinationRule", "destinationrules"),
  serviceEntry: kind("networking.istio.io/v1", "ServiceEntry", "serviceentries"),
  sidecar: kind("networking.istio.io/v1", "Sidecar", "sidecars"),
  authorizationPolicy: kind("security.istio.io/v1", "AuthorizationPolicy", "authorizationpolicies"),
  peerAuthentication: kind("security.istio.io/v1", "PeerAuthentication", "peerauthentications"),
} as const satisfies Record<string, KindRef>;

/** The known resource type of an object, or null: then discovery must tell. */
export function knownKind(apiVersion: string, kindName: string): KindRef | null {
  return Object.values(KINDS).find((known) => known.apiVersion === apiVersion && known.kind === kindName) ?? null;
}

/** A kind as RBAC and `kubectl auth can-i` name it: "pods", "deployments.apps". */
export function resourceOf({ apiVersion, plural }: KindRef): string {
  const group = apiVersion.split("/").at(-2);
  return group === undefined ? plural : `${plural}.${group}`;
}
