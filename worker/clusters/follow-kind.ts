import { setTimeout as delay } from "node:timers/promises";
import { Expired, type KindRef, type Kubernetes, type KubernetesObject } from "#lib/clients/kubernetes/client";

export type Following = {
  kubernetes: Kubernetes;
  kind: KindRef;
  /** Null = all namespaces. */
  namespace: string | null;
  labelSelector?: string;
  signal: AbortSignal;
  /** A part of all that there is, while it is (re)listed: a cluster is never held whole. */
  onPage(objects: KubernetesObject[], isFirst: boolean): Promise<void>;
  /** All parts were told: what was in none is gone. */
  onListed(): Promise<void>;
  onChange(object: KubernetesObject, gone: boolean): void;
  /** The API server spoke, or failed to. */
  onContact(): Promise<void>;
  onTrouble(error: unknown): Promise<void>;
  /** 0…1, for the jitter of back-offs. */
  random(): number;
};

const PAGE = 500;
/** The server ends a watch after this long, so that a dead connection cannot pass for a quiet cluster. */
const WATCH_MS = 60_000;
/** Past it no word has come, not even the end of the watch: the connection is dead whatever TCP believes. */
const STALE_MS = WATCH_MS + 15_000;
const BETWEEN_WATCHES_MS = 100;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
/** What ends a watch after so long is no sign of trouble (proxies cut streams): only a list that fails then is one. */
const GOOD_WATCH_MS = 5_000;

/**
 * List, then watch from there, for ever (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
 * An ended watch goes on from its last resourceVersion; an expired one, and any trouble, begins with a list again, so
 * nothing is ever missed for good. Returns when `signal` aborts.
 */
export async function followKind(following: Following): Promise<void> {
  const { signal } = following;
  let from: string | null = null;
  let failures = 0;
  while (!signal.aborted) {
    let watchingSince = Infinity;
    try {
      from ??= await listAll(following);
      await following.onContact();
      watchingSince = performance.now();
      from = await watchFrom(following, from);
      failures = 0;
      // A server that ends every watch at once must not be asked a thousand times a second.
      await delay(BETWEEN_WATCHES_MS, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      from = null;
      const wasGood = performance.now() - watchingSince > GOOD_WATCH_MS;
      if (wasGood) failures = 0;
      if ((wasGood || error instanceof Expired) && failures++ === 0) continue;
      if (!(error instanceof Expired)) await following.onTrouble(error);
      const longest = Math.min(FIRST_RETRY_MS * 2 ** failures++, LAST_RETRY_MS);
      await delay(longest * (0.5 + following.random() / 2), undefined, { signal }).catch(() => undefined);
    }
  }
}

async function listAll(following: Following): Promise<string> {
  const { kubernetes, kind, namespace, labelSelector, signal, onPage, onListed } = following;
  let next: string | null = null;
  for (;;) {
    const page = await kubernetes.list(kind, namespace, {
      labelSelector,
      limit: PAGE,
      signal,
      ...(next ? { continue: next } : {}),
    });
    await onPage(page.items, next === null);
    next = page.continue;
    if (!next) {
      await onListed();
      return page.resourceVersion;
    }
  }
}

/** Returns the resourceVersion to go on from when the server ends the watch. */
async function watchFrom(following: Following, resourceVersion: string): Promise<string> {
  const { kubernetes, kind, namespace, labelSelector, signal, onChange, onContact } = following;
  let last = resourceVersion;
  const stale = new AbortController();
  const timer = setTimeout(() => stale.abort(), STALE_MS);
  try {
    await kubernetes.watch(kind, namespace, {
      resourceVersion,
      labelSelector,
      signal: AbortSignal.any([signal, stale.signal]),
      timeoutMs: WATCH_MS,
      onEvent: ({ type, object }) => {
        timer.refresh();
        last = object.metadata.resourceVersion ?? last;
        onChange(object, type === "DELETED");
      },
      onBookmark: async (version) => {
        timer.refresh();
        last = version;
        await onContact();
      },
    });
  } finally {
    clearTimeout(timer);
  }
  return last;
}
