import { APPLY, core, group, make, named, patch, type Recorded, read, remove, SPACE, TABLE } from "./request.ts";

const applied = (manager: string, query = ""): string => `${core("configmaps/shared")}?fieldManager=${manager}${query}`;
const shared = (data: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "shared" },
  data,
});
export const apply: Recorded[] = [
  patch("creates by apply", applied("one"), APPLY, shared({ a: "1", b: "1" })),
  patch("lets two managers own one field", applied("two"), APPLY, shared({ a: "1", c: "1" })),
  patch("refuses to take a field", applied("two"), APPLY, shared({ a: "2", b: "2" })),
  patch("takes fields by force", applied("two", "&force=true"), APPLY, shared({ a: "2", b: "2" })),
  patch("drops what is no longer applied", applied("one"), APPLY, shared({ d: "1" })),
  patch("asks for a manager", core("configmaps/shared"), APPLY, shared({})),
  patch("refuses an unknown field", applied("one"), APPLY, { ...shared({}), more: 1 }),
  patch("owns list items by their keys", group("apps/v1", "deployments/web?fieldManager=one"), APPLY, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      template: { spec: { containers: [{ name: "app", ports: [{ containerPort: 80, protocol: "TCP" }] }] } },
    },
  }),
  patch("tells whose field of an item it is", group("apps/v1", "deployments/web?fieldManager=two"), APPLY, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas: 5, template: { spec: { containers: [{ name: "app", image: "example.org/app:9" }] } } },
  }),
];

const LISTED = [
  "/api/v1/nodes",
  ...["configmaps", "secrets", "serviceaccounts", "services", "endpoints", "events", "resourcequotas"].map(core),
  ...["persistentvolumeclaims", "limitranges", "pods"].map(core),
  ...["deployments", "replicasets", "statefulsets"].map((name) => group("apps/v1", name)),
  ...["jobs", "cronjobs"].map((name) => group("batch/v1", name)),
  group("autoscaling/v2", "horizontalpodautoscalers"),
  ...["ingresses", "networkpolicies"].map((name) => group("networking.k8s.io/v1", name)),
  group("policy/v1", "poddisruptionbudgets"),
  group("discovery.k8s.io/v1", "endpointslices"),
  group("coordination.k8s.io/v1", "leases"),
  ...["roles", "rolebindings"].map((name) => group("rbac.authorization.k8s.io/v1", name)),
];
export const tables: Recorded[] = [
  ...LISTED.map((path) => read(`prints ${path.split("/").at(-1) ?? ""} as a table`, path, TABLE)),
  read("prints a volume", "/api/v1/persistentvolumes/recorded-volume", TABLE),
  read("prints an IngressClass", "/apis/networking.k8s.io/v1/ingressclasses/recorded-class", TABLE),
  read("prints a StorageClass", "/apis/storage.k8s.io/v1/storageclasses/recorded-storage", TABLE),
  read("prints a Namespace", `/api/v1/namespaces/${SPACE}`, TABLE),
];

export const questions: Recorded[] = [
  read("lists by label", core("pods?labelSelector=app%3Done")),
  read("refuses a label selector", core("pods?labelSelector=a%3D%3D%3Db")),
  read("lists by field", core("pods?fieldSelector=status.phase%3DPending,spec.nodeName%3D")),
  read("refuses a field selector", core("pods?fieldSelector=spec.image%3Da")),
  read("lists in pages", core("configmaps?limit=1")),
  read("refuses a continue token", core("configmaps?limit=1&continue=none")),
  read("does not find an object", core("pods/none")),
  read("does not find a resource", core("nothings")),
  read("does not find a group", "/apis/nothing.example.org/v1/things"),
  { name: "does not know a verb", method: "POST", path: core("configmaps/settings"), body: {} },
  make("refuses what is not JSON", core("configmaps"), "{"),
  make("refuses a list as an object", core("configmaps"), []),
  { ...make("does a dry run", `${core("configmaps")}?dryRun=All`, named("dry")) },
  { ...make("refuses another dry run", `${core("configmaps")}?dryRun=Some`, named("dry")) },
  {
    name: "refuses an update from the past",
    method: "PUT",
    path: core("configmaps/settings"),
    body: { ...named("settings", { resourceVersion: "1" }), data: {} },
  },
  {
    name: "refuses an update of another name",
    method: "PUT",
    path: core("configmaps/settings"),
    body: named("other"),
  },
  make("asks what it may do", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    spec: { resourceAttributes: { namespace: SPACE, verb: "get", resource: "pods" } },
  }),
  read("refuses first events of no moment", core("configmaps?watch=1&sendInitialEvents=true&timeoutSeconds=1")),
  read("refuses first events of a list", core("configmaps?sendInitialEvents=true")),
  read("refuses a match of no version", core("configmaps?resourceVersionMatch=Exact")),
  read("refuses a match of another word", core("configmaps?resourceVersion=1&resourceVersionMatch=Never")),
  read("refuses a match of a watch", core("configmaps?watch=1&resourceVersion=1&resourceVersionMatch=NotOlderThan")),
  read("watches from the past", core("configmaps?watch=1&resourceVersion=1&timeoutSeconds=1")),
  read("refuses a version that is none", core("configmaps?watch=1&resourceVersion=x")),
  remove("refuses a deletion of another object", core("configmaps/settings"), {
    preconditions: { uid: "00000000-0000-0000-0000-000000000000" },
  }),
  remove("deletes an object", core("configmaps/settings")),
  remove("does not delete twice", core("configmaps/settings")),
  remove("deletes a pod", core("pods/pod")),
  remove("deletes a collection", core("secrets?labelSelector=none")),
];
