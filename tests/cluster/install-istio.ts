import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { type ApplyObject, type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { waitFor } from "#tests/world/wait-for";
import { ISTIO_NAMESPACE, WEBHOOK_HOST, WEBHOOK_PORT } from "./inside/addresses.ts";

const READY_WITHIN_MS = 60_000;
/** istiod itself runs as a process of the cluster's own (inside/istiod.ts). */
const NOT_AS_PODS = new Set(["Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget"]);

const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

type Options = { kubeconfig: string; binaries: string; sources: string; startIstiod(): void };

/**
 * Installs Istio's custom resources, injection templates and webhooks from its own charts, then has istiod started;
 * resolves when it validates and injects.
 */
export async function installIstio({ kubeconfig, binaries, sources, startIstiod }: Options): Promise<void> {
  const kubernetes = createKubernetes({ kubeconfig, fieldManager: "helm" });
  try {
    await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: ISTIO_NAMESPACE } });
    for (const chart of ["base", "istio-control/istio-discovery"]) {
      for (const each of await rendered(binaries, join(sources, "manifests", "charts", chart))) {
        await kubernetes.apply(each, { force: true });
      }
    }
    startIstiod();
    await waitFor("Istio to validate", () => refusesNonsense(kubernetes), READY_WITHIN_MS);
    await waitFor("Istio to inject", () => trustsInjector(kubernetes), READY_WITHIN_MS);
  } finally {
    kubernetes.close();
  }
}

async function rendered(binaries: string, chart: string): Promise<ApplyObject[]> {
  const webhook = (path: string) => `https://${WEBHOOK_HOST}:${WEBHOOK_PORT}/${path}`;
  const settings = [`base.validationURL=${webhook("validate")}`, `istiodRemote.injectionURL=${webhook("inject")}`];
  const args = ["template", "istio", chart, "--namespace", ISTIO_NAMESPACE, "--set", settings.join(",")];
  const { stdout } = await promisify(execFile)(join(binaries, "helm"), args, { maxBuffer: 64 * 1024 ** 2 });
  const documents = parseAllDocuments(stdout).map((document): unknown => document.toJS());
  return documents
    .filter((document) => document !== null)
    .map((document) => object.parse(document))
    .filter(({ kind }) => !NOT_AS_PODS.has(kind));
}

/** istiod closes its webhook against bad objects only once it has seen it refuse one itself. */
async function refusesNonsense(kubernetes: Kubernetes): Promise<boolean> {
  const route = [
    { destination: { host: "a" }, weight: 0 },
    { destination: { host: "b" }, weight: 0 },
  ];
  const nonsense = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "nonsense", namespace: "default" },
    spec: { hosts: ["a"], http: [{ route }] },
  };
  return kubernetes.apply(nonsense, { dryRun: true }).then(
    () => false,
    (error: unknown) => error instanceof Error && error.message.includes("weight"),
  );
}

const WEBHOOKS = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
  namespaced: false,
};
const injector = z.object({ webhooks: z.array(z.object({ clientConfig: z.object({ caBundle: z.string() }) })) });

/** istiod writes its own certificate authority into the webhooks that call it. */
async function trustsInjector(kubernetes: Kubernetes): Promise<boolean> {
  return injector.safeParse(await kubernetes.get({ ...WEBHOOKS, name: "istio-sidecar-injector" })).success;
}
