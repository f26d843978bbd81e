import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Expired, type Kubernetes, type WatchEvent } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { Conflict, Invalid, NotFound } from "#lib/platform/errors";
import { startWorld, type World } from "#tests/world/sandbox";

const namespace = `kepler-contract-${randomUUID().slice(0, 8)}`;
const configMap = (name: string, data: Record<string, string>, labels?: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace, labels },
  data,
});

describe("a cluster", () => {
  let world: World<"kubernetes">;
  let kubernetes: Kubernetes;
  let other: Kubernetes;

  beforeAll(async () => {
    world = await startWorld(["kubernetes"]);
    const { kubeconfig } = world.kubernetes;
    kubernetes = createKubernetes({ kubeconfig });
    other = createKubernetes({ kubeconfig, fieldManager: "somebody-else" });
    await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });
  afterAll(async () => {
    await kubernetes?.delete({ ...KINDS.namespace, name: namespace });
    kubernetes?.close();
    other?.close();
    await world?.stop();
  });

  it("tells its version and its API groups", async () => {
    expect((await kubernetes.serverVersion()).gitVersion).toMatch(/^v1\./);
    expect(await kubernetes.apiGroups()).toContain("apps");
  });

  it("applies twice what is one object, and leaves it alone in a dry run", async () => {
    const first = await kubernetes.apply(configMap("twice", { a: "1" }));
    const again = await kubernetes.apply(configMap("twice", { a: "1" }));
    expect(again.metadata.uid).toBe(first.metadata.uid);
    expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const preview = await kubernetes.apply(configMap("twice", { a: "2" }), { dryRun: true });
    expect(preview.data).toEqual({ a: "2" });
    const ref = { ...KINDS.configMap, namespace, name: "twice" };
    expect((await kubernetes.get(ref))?.data).toEqual({ a: "1" });
  });

  it("names the field and its manager when somebody else owns it, unless told to take it over", async () => {
    await other.apply(configMap("owned", { a: "theirs" }));
    const failure = kubernetes.apply(configMap("owned", { a: "ours" }));
    await expect(failure).rejects.toThrow(Conflict);
    await expect(failure).rejects.toMatchObject({
      fields: [{ path: ".data.a", message: expect.stringContaining("somebody-else") }],
    });
    expect((await kubernetes.apply(configMap("owned", { a: "ours" }), { force: true })).data).toEqual({ a: "ours" });
  });

  it("keeps no empty map", async () => {
    expect((await kubernetes.apply(configMap("empty", { a: "1" }, {}))).metadata.labels).toBeUndefined();
  });

  it("names the wrong field of an object that it refuses", async () => {
    const failure = kubernetes.apply(configMap("Not A Name", {}));
    await expect(failure).rejects.toThrow(Invalid);
    await expect(failure).rejects.toMatchObject({ fields: [{ path: "metadata.name" }] });
  });

  it("deletes, and says when there was nothing to delete", async () => {
    await kubernetes.apply(configMap("gone", {}));
    const ref = { ...KINDS.configMap, namespace, name: "gone" };
    expect(await kubernetes.delete(ref)).toBe(true);
    expect(await kubernetes.get(ref)).toBeNull();
    expect(await kubernetes.delete(ref)).toBe(false);
  });

  it("lists by label, page after page", async () => {
    for (const name of ["page-1", "page-2", "page-3"]) await kubernetes.apply(configMap(name, {}, { page: "yes" }));
    const first = await kubernetes.list(KINDS.configMap, namespace, { labelSelector: "page=yes", limit: 2 });
    expect(first.items).toHaveLength(2);
    const rest = await kubernetes.list(KINDS.configMap, namespace, {
      labelSelector: "page=yes",
      limit: 2,
      continue: first.continue ?? "",
    });
    const names = [...first.items, ...rest.items].map((item) => item.metadata.name);
    expect(names).toEqual(["page-1", "page-2", "page-3"]);
    expect(first.items[0]).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
    expect(rest.continue).toBeNull();
  });

  it("tells what happens after a list, in order, until it is called off", async () => {
    const { resourceVersion } = await kubernetes.list(KINDS.configMap, namespace);
    const caller = new AbortController();
    const events: string[] = [];
    const onEvent = ({ type, object }: WatchEvent) => {
      events.push(`${type} ${object.metadata.name}`);
      if (type === "DELETED") caller.abort();
    };
    const watched = kubernetes.watch(KINDS.configMap, namespace, { resourceVersion, signal: caller.signal, onEvent });
    await kubernetes.apply(configMap("seen", { a: "1" }));
    await kubernetes.apply(configMap("seen", { a: "2" }));
    await kubernetes.delete({ ...KINDS.configMap, namespace, name: "seen" });
    await watched;
    expect(events).toEqual(["ADDED seen", "MODIFIED seen", "DELETED seen"]);
  });

  it("closes a watch by itself after its time", async () => {
    const { resourceVersion } = await kubernetes.list(KINDS.configMap, namespace);
    await kubernetes.watch(KINDS.configMap, namespace, { resourceVersion, timeoutMs: 1000, onEvent: () => {} });
  });

  it("does not watch from a past that it has forgotten", async () => {
    const watched = kubernetes.watch(KINDS.configMap, namespace, {
      resourceVersion: "1",
      timeoutMs: 2000,
      onEvent: () => {},
    });
    // A young cluster may still remember; then the watch just ends.
    const outcome = await watched.catch((error: unknown) => error);
    expect(outcome === undefined || outcome instanceof Expired).toBe(true);
  });

  it("merges a patch into an object without touching the rest", async () => {
    await kubernetes.apply(configMap("merged", { a: "1", b: "2" }));
    const ref = { ...KINDS.configMap, namespace, name: "merged" };
    expect((await kubernetes.mergePatch(ref, { data: { a: null, c: "3" } })).data).toEqual({ b: "2", c: "3" });
  });

  it("tells its own rights, and finds no log of a pod that does not exist", async () => {
    expect(await kubernetes.canI("create", "deployments.apps", namespace)).toBe(true);
    const lines = kubernetes.readLog(namespace, "nobody")[Symbol.asyncIterator]();
    await expect(lines.next()).rejects.toThrow(NotFound);
  });
});
