import "server-only";
import { type Kubernetes, WebhookSilent } from "#lib/clients/kubernetes/client";
import { isTransient, KeplerError } from "#lib/platform/errors";
import { podNeeds } from "../gates/pod-needs-rules.ts";
import { type Manifest } from "../manifests.ts";
import { isRecord } from "../ownership-rules.ts";
import { type Injection, readInjection } from "./mesh-rules.ts";

/** What a pod is made from by others than its workload: none of it is needed to see whether a proxy is put beside it. */
const ELSEWHERE = ["serviceAccountName", "volumes", "initContainers"];
const OF_ELSEWHERE = ["env", "envFrom", "volumeMounts"];

/**
 * Tries out, by the API server's own dry run, whether a pod of these manifests' workload gets a proxy: the injector is asked
 * as it would be for a real one (its webhook has no side effects), and nothing is made. What refuses the pod for another
 * reason, a full quota or a missing right, leaves it untried.
 */
export async function tryInjection(
  { kubernetes, signal }: { kubernetes: Kubernetes; signal: AbortSignal },
  manifests: readonly Manifest[],
): Promise<Injection> {
  const workload = manifests.find((manifest) => podNeeds(manifest) !== null);
  const pod = workload ? podOf(workload) : null;
  if (pod === null) return { is: "untried" };
  try {
    return readInjection(await kubernetes.apply(pod, { dryRun: true, signal }));
  } catch (error) {
    // An answer to the question, not a cluster that is silent: whoever waits for those would wait for an operator here.
    if (error instanceof WebhookSilent) return { is: "refused", error: { ...error.toPublic(), code: "conflict" } };
    if (!(error instanceof KeplerError) || isTransient(error)) throw error;
    return { is: "untried" };
  }
}

function podOf({ metadata, spec }: Manifest): Manifest | null {
  const template = isRecord(spec) ? spec.template : null;
  if (!isRecord(template) || !isRecord(template.metadata) || !isRecord(template.spec)) return null;
  const without = (object: Record<string, unknown>, names: readonly string[]) =>
    Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
  const containers: unknown[] = Array.isArray(template.spec.containers) ? template.spec.containers : [];
  const { labels, annotations } = template.metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${metadata.name}-mesh-preflight`,
      namespace: metadata.namespace,
      labels: textsOf(labels),
      annotations: textsOf(annotations),
    },
    spec: {
      ...without(template.spec, ELSEWHERE),
      containers: containers.filter(isRecord).map((each) => without(each, OF_ELSEWHERE)),
    },
  };
}

const textsOf = (map: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(isRecord(map) ? map : {}).map(([key, value]) => [key, String(value)]));
