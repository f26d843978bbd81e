import "server-only";
import { Conflict, Denied, Unavailable } from "#lib/platform/errors";
import { type Call } from "../http/call.ts";
import { type LinesTogether } from "./lines.ts";

/** Names a resource type without discovery: `{ apiVersion: "apps/v1", kind: "Deployment", plural: "deployments", namespaced: true }`. */
export type KindRef = { apiVersion: string; kind: string; plural: string; namespaced: boolean };
export type ObjectRef = KindRef & { namespace?: string; name: string };

export type ObjectMeta = {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
};
/** Any object as the API server sent it; what lies beyond `metadata` is for the reader to parse. */
export type KubernetesObject = { apiVersion: string; kind: string; metadata: ObjectMeta; [field: string]: unknown };

export type ObjectList = {
  items: KubernetesObject[];
  resourceVersion: string;
  /** Ask again with it for the next page; null on the last. */
  continue: string | null;
};

export type ListOptions = Call & { labelSelector?: string; fieldSelector?: string; limit?: number; continue?: string };

export type WatchEvent = { type: "ADDED" | "MODIFIED" | "DELETED"; object: KubernetesObject };
export type WatchOptions = {
  /** From the list, or the last bookmark or event. */
  resourceVersion: string;
  labelSelector?: string;
  fieldSelector?: string;
  signal?: AbortSignal;
  /** The server closes the watch after this long (default 290 s): a fresh one is cheap, a half-dead one is not seen. */
  timeoutMs?: number;
  /** Awaited: events arrive one after another. */
  onEvent(event: WatchEvent): void | Promise<void>;
  onBookmark?(resourceVersion: string): void | Promise<void>;
};

export type LogOptions = {
  container?: string;
  follow?: boolean;
  previous?: boolean;
  /** RFC 3339. */
  sinceTime?: string;
  tailLines?: number;
  /** Each line then begins with its RFC 3339 time (nanoseconds) and a space. */
  timestamps?: boolean;
  signal?: AbortSignal;
};

export type ExecOptions = {
  container: string;
  /** Program and arguments; no shell reads them. */
  command: string[];
  /** A terminal: both outputs are then one, and Ctrl-C is a signal. */
  tty: boolean;
  /** Gives up the connection; the program is not told, see `ExecSession.close`. */
  signal?: AbortSignal;
};

/** How a program ended. */
export type ExecEnd = { exitCode: number };

/** A program that runs in a container, and the streams to and from it. */
export type ExecSession = {
  /** What it writes, piece by piece; the server is read no faster than this is. Ends with the program or the connection. */
  output: AsyncIterable<{ stream: "stdout" | "stderr"; bytes: Uint8Array }>;
  /** Resolves when the network has taken it. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more input. Only a server that speaks version 5 of the protocol can tell the program so. */
  endInput(): void;
  resize(size: { columns: number; rows: number }): void;
  /** Invalid when it could not be started, Unavailable when the connection broke before its end was told. */
  ended: Promise<ExecEnd>;
  /** Lets go of the connection. Kubernetes does not end the program for that. */
  close(): void;
};

/** HTTP 410, or the same inside a watch: this resourceVersion or `continue` is too old. List again from the start. */
export class Expired extends Conflict {
  readonly reason = "expired";
}

/** HTTP 409 without a field manager behind it: somebody wrote the object at the same moment. Looking again helps. */
export class Raced extends Conflict {
  readonly reason = "raced";
}

/** A webhook of somebody else's that the API server has to ask does not answer: what it is asked about cannot be made. */
export class WebhookSilent extends Unavailable {
  readonly reason = "webhook-silent";
}

/** HTTP 403: it knows the account, and has given it no right to this. */
export class Forbidden extends Denied {}

/**
 * One cluster's API server (https://kubernetes.io/docs/reference/using-api/).
 * Throws only the six errors (`Expired` and `Raced` are Conflicts, `Forbidden` is a Denied), system "kubernetes". Connections are kept and shared.
 */
export type Kubernetes = {
  /**
   * Server-side apply under the client's field manager, or under `manager`. Conflict when other managers own a field: `fields` names both.
   * With `metadata.resourceVersion` only to the object as it was then: `Raced` otherwise. `onWarning` hears what the API
   * server remarks about this object. Kinds beyond `KINDS` (kinds.ts) are found by discovery.
   * https://kubernetes.io/docs/reference/using-api/server-side-apply/
   */
  apply(
    object: ApplyObject,
    options?: Call & { dryRun?: boolean; force?: boolean; manager?: string; onWarning?: (warning: string) => void },
  ): Promise<KubernetesObject>;
  get(ref: ObjectRef, call?: Call): Promise<KubernetesObject | null>;
  /** False when it was gone already. */
  delete(ref: ObjectRef, options?: Call & { propagation?: "Background" | "Foreground" | "Orphan" }): Promise<boolean>;
  /**
   * Asks for the end of a pod as a drain does: its disruption budgets are asked first and may refuse, with Conflict. Only of
   * the pod with this uid. `dryRun` asks and changes nothing. Needs `create` on `pods/eviction`.
   * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
   */
  evict(pod: { namespace: string; name: string; uid: string }, options?: Call & { dryRun?: boolean }): Promise<void>;
  /** `namespace` null means all of them. */
  list(kind: KindRef, namespace: string | null, options?: ListOptions): Promise<ObjectList>;
  /** Resolves when the server ends the watch or `signal` aborts; throws `Expired` on 410 in either form. */
  watch(kind: KindRef, namespace: string | null, options: WatchOptions): Promise<void>;
  /** Whole lines without their end; ends when the log does, quietly when `signal` aborts. No total deadline. */
  readLog(namespace: string, pod: string, options?: LogOptions): AsyncIterable<string>;
  /**
   * `readLog`, the lines that came together as one array, and apart from them what stood after the last end: a program's
   * last words, or half of a line that a proxy cut off.
   */
  streamLog(namespace: string, pod: string, options?: LogOptions): AsyncIterable<LinesTogether>;
  /**
   * Runs a program in a container of a running pod, over WebSocket (KEP-4006). Resolves once the server has agreed.
   * Needs `get` and `create` on `pods/exec`.
   */
  exec(namespace: string, pod: string, options: ExecOptions): Promise<ExecSession>;
  /** RFC 7386 merge patch, for the few fields that no apply can own (scale, annotations). */
  mergePatch(
    ref: ObjectRef,
    patch: Record<string, unknown>,
    options?: Call & { subresource?: "scale" | "status" },
  ): Promise<KubernetesObject>;
  /** May this client's identity do it? `resource` may carry group and subresource: "deployments.apps", "pods/log". */
  canI(verb: string, resource: string, namespace: string | null, call?: Call): Promise<boolean>;
  serverVersion(call?: Call): Promise<{ gitVersion: string; platform: string | null }>;
  /** Names of API groups ("apps", "networking.istio.io", …): what the cluster can do. */
  apiGroups(call?: Call): Promise<string[]>;
  /** Closes the kept connections. */
  close(): void;
};

/** What may be applied: an object without what only the server writes. */
export type ApplyObject = {
  apiVersion: string;
  kind: string;
  metadata: Pick<ObjectMeta, "name" | "namespace" | "labels" | "annotations" | "resourceVersion">;
  [field: string]: unknown;
};
