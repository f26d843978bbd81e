import "server-only";
import { type z } from "zod";
import { NotFound } from "#lib/platform/errors";
import { type Call } from "../http/call.ts";
import { type HttpRequest, requestJson } from "../http/request.ts";
import { type Fetch, type HttpTarget, withoutTrailingSlash } from "../http/target.ts";
import { type KindRef, type Kubernetes, type KubernetesObject, type LogOptions } from "./client.ts";
import { evictionRequest } from "./eviction.ts";
import { exec } from "./exec.ts";
import { knownKind } from "./kinds.ts";
import { openDoor } from "./kube-fetch.ts";
import { type LinesTogether, linesTogether } from "./lines.ts";
import { collectionPath, groupPath, objectPath, podPath, resourceAttributes } from "./paths.ts";
import * as reply from "./replies.ts";
import { explainStatus } from "./status.ts";
import { openStream } from "./stream.ts";
import { warningsOf } from "./warnings.ts";
import { watch } from "./watch.ts";

export type KubernetesConfig = {
  /** A path or the text itself. */
  kubeconfig: string;
  context?: string;
  fieldManager?: string;
  /** Instead of the kept connections that the kubeconfig describes. */
  fetch?: Fetch;
  random?: () => number;
  /** What the API server remarks about a request that it accepts: deprecated versions, unknown fields. */
  onWarning?: (warning: string) => void;
};

/** The client of one cluster. Invalid at once when the kubeconfig cannot be used. */
export function createKubernetes(config: KubernetesConfig): Kubernetes {
  const { fieldManager = "kepler", random = Math.random, onWarning = () => {} } = config;
  const door = openDoor(config.kubeconfig, config.context);
  const send = config.fetch ?? door.fetch;
  const target: HttpTarget = {
    system: "kubernetes",
    name: "Kubernetes",
    baseUrl: withoutTrailingSlash(door.server),
    headers: {},
    secrets: [],
    explain: explainStatus,
    random,
    fetch: hearing(send, onWarning),
  };
  const json = async <T>(ask: HttpRequest, schema: z.ZodType<T>, from = target): Promise<T> =>
    (await requestJson(from, ask, schema)).value;
  const discovered = new Map<string, KindRef>();

  /** Known by heart, or asked for once per cluster. */
  const kindOf = async (apiVersion: string, kind: string, call: Call): Promise<KindRef> => {
    const key = `${apiVersion} ${kind}`;
    const known = knownKind(apiVersion, kind) ?? discovered.get(key);
    if (known) return known;
    const { resources } = await json({ ...call, path: groupPath(apiVersion) }, reply.resourcesReply);
    const found = resources.find((one) => one.kind === kind && !one.name.includes("/"));
    if (!found) throw new NotFound(`The cluster does not know ${kind} in ${apiVersion}.`, { system: "kubernetes" });
    const ref = { apiVersion, kind, plural: found.name, namespaced: found.namespaced };
    discovered.set(key, ref);
    return ref;
  };

  return {
    async apply(object, { dryRun, force, manager = fieldManager, onWarning: tell, ...call } = {}) {
      const kind = await kindOf(object.apiVersion, object.kind, call);
      const { name, namespace } = object.metadata;
      return json(
        {
          ...call,
          method: "PATCH",
          path: objectPath({ ...kind, name, namespace }),
          query: { fieldManager: manager, force, dryRun: dryRun ? "All" : undefined },
          headers: { "content-type": "application/apply-patch+yaml" },
          body: JSON.stringify(object),
        },
        reply.objectReply,
        tell && { ...target, fetch: hearing(target.fetch, tell) },
      );
    },

    async get(ref, call) {
      try {
        return await json({ ...call, path: objectPath(ref) }, reply.objectReply);
      } catch (error) {
        if (error instanceof NotFound) return null;
        throw error;
      }
    },

    async delete(ref, { propagation = "Background", ...call } = {}) {
      try {
        await json(
          { ...call, method: "DELETE", path: objectPath(ref), query: { propagationPolicy: propagation } },
          reply.anyReply,
        );
        return true;
      } catch (error) {
        if (error instanceof NotFound) return false;
        throw error;
      }
    },

    async evict(pod, options) {
      await json(evictionRequest(pod, options), reply.anyReply);
    },

    async list(kind, namespace, { labelSelector, fieldSelector, limit, continue: from, ...call } = {}) {
      const query = { labelSelector, fieldSelector, limit, continue: from };
      const { metadata, items } = await json(
        { ...call, path: collectionPath(kind, namespace), query },
        reply.listReply,
      );
      const { apiVersion, kind: kindName } = kind;
      return {
        items: (items ?? []).map((item): KubernetesObject => ({ ...item, apiVersion, kind: kindName })),
        resourceVersion: metadata.resourceVersion,
        continue: metadata.continue || null,
      };
    },

    watch: (kind, namespace, options) => watch(target, kind, namespace, options),

    async *readLog(namespace, pod, options = {}) {
      for await (const { lines, rest } of streamLog(target, namespace, pod, options)) {
        yield* lines;
        if (rest !== null) yield rest;
      }
    },

    streamLog: (namespace, pod, options = {}) => streamLog(target, namespace, pod, options),

    exec: (namespace, pod, options) => exec(target, door.dial, { namespace, pod }, options),

    async mergePatch(ref, patch, { subresource, ...call } = {}) {
      const path = subresource ? `${objectPath(ref)}/${subresource}` : objectPath(ref);
      const headers = { "content-type": "application/merge-patch+json" };
      const body = JSON.stringify(patch);
      return json({ ...call, method: "PATCH", path, query: { fieldManager }, headers, body }, reply.objectReply);
    },

    async canI(verb, resource, namespace, call) {
      const attributes = { verb, ...resourceAttributes(resource), ...(namespace === null ? {} : { namespace }) };
      const apiVersion = "authorization.k8s.io/v1";
      const review = { apiVersion, kind: "SelfSubjectAccessReview", spec: { resourceAttributes: attributes } };
      const path = `${groupPath(apiVersion)}/selfsubjectaccessreviews`;
      const headers = { "content-type": "application/json" };
      const ask = { ...call, method: "POST", path, headers, body: JSON.stringify(review) } as const;
      return (await json(ask, reply.reviewReply)).status.allowed;
    },

    async serverVersion(call) {
      const { gitVersion, platform } = await json({ ...call, path: "/version" }, reply.versionReply);
      return { gitVersion, platform: platform ?? null };
    },

    async apiGroups(call) {
      return (await json({ ...call, path: "/apis" }, reply.groupsReply)).groups.map((group) => group.name);
    },

    close: () => door.close(),
  };
}

/** A fetch whose answers' warnings are told. */
const hearing =
  (send: Fetch, tell: (warning: string) => void): Fetch =>
  async (url, init) => {
    const response = await send(url, init);
    for (const warning of warningsOf(response.headers)) tell(warning);
    return response;
  };

const NO_LOG = /^unable to retrieve container logs for [a-z]+:\/\/[0-9a-f]{64}$/;

/** See `Kubernetes.streamLog`. */
async function* streamLog(
  target: HttpTarget,
  namespace: string,
  pod: string,
  options: LogOptions,
): AsyncGenerator<LinesTogether> {
  const { container, sinceTime, signal = new AbortController().signal } = options;
  const path = podPath({ namespace, pod }, "log");
  const flag = (on: boolean | undefined) => (on ? "true" : undefined);
  const query = {
    container,
    sinceTime,
    follow: flag(options.follow),
    previous: flag(options.previous),
    timestamps: flag(options.timestamps),
    tailLines: options.tailLines?.toString(),
  };
  const ask = { path, query, signal, ...(options.follow ? { headDeadlineMs: Infinity } : {}) };
  try {
    for await (const together of linesTogether(openStream(target, ask))) {
      const [first = together.rest ?? ""] = together.lines;
      // The kubelet says so with status 200, as the log's only line, when the container's files are gone.
      if (NO_LOG.test(first))
        throw new NotFound("The container's log is gone.", { system: "kubernetes", cause: { line: first } });
      yield together;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
