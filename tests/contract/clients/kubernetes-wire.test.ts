import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Expired } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { Conflict, Denied, Invalid } from "#lib/platform/errors";
import { type FaultyServer, json, startFaultyServer } from "./faulty-server.ts";
import { kubeconfigOf } from "./kubeconfig.ts";

const status = (code: number, rest: Record<string, unknown>) =>
  json({ kind: "Status", apiVersion: "v1", status: "Failure", code, ...rest }, { status: code });

let server: FaultyServer;
const clients: { close(): void }[] = [];
const kubernetes = (onWarning?: (warning: string) => void) => {
  const client = createKubernetes({ kubeconfig: kubeconfigOf(server.url), onWarning, random: () => 0 });
  clients.push(client);
  return client;
};
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "shop", namespace: "dev" },
  spec: {},
};

beforeAll(async () => {
  server = await startFaultyServer();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => server.stop());

describe("connecting and applying", () => {
  it("keeps one connection for call after call", async () => {
    server.answer(json({ gitVersion: "v1.34.0", platform: "linux/amd64" }));
    const client = kubernetes();
    const before = server.connections();
    for (let call = 0; call < 5; call += 1) await client.serverVersion();
    expect(server.connections() - before).toBe(1);
    expect(server.seen[0]?.headers.authorization).toBe("Bearer secret");
  });

  it("refuses a kubeconfig that names no cluster", () => {
    expect(() => createKubernetes({ kubeconfig: "apiVersion: v1\nkind: Config\n" })).toThrow(Invalid);
    expect(() => createKubernetes({ kubeconfig: "/nowhere/kubeconfig" })).toThrow(Invalid);
  });

  it("applies under its field manager", async () => {
    server.answer(json({ ...deployment, metadata: { ...deployment.metadata, resourceVersion: "5" } }));
    await kubernetes().apply(deployment, { dryRun: true, force: true });
    expect(server.seen[0]).toMatchObject({
      method: "PATCH",
      url: "/apis/apps/v1/namespaces/dev/deployments/shop?fieldManager=kepler&force=true&dryRun=All",
      body: JSON.stringify(deployment),
    });
    expect(server.seen[0]?.headers["content-type"]).toBe("application/apply-patch+yaml");
  });

  it("finds the path of a kind that it does not know, once", async () => {
    const service = {
      apiVersion: "networking.istio.io/v1",
      kind: "WorkloadEntry",
      metadata: { name: "g", namespace: "dev" },
    };
    const resources = [{ name: "workloadentries/status", kind: "WorkloadEntry", namespaced: true }];
    server.answer(
      json({ resources: [...resources, { name: "workloadentries", kind: "WorkloadEntry", namespaced: true }] }),
      json(service),
    );
    const client = kubernetes();
    await client.apply(service);
    await client.apply(service);
    expect(server.seen.map((request) => request.url.split("?")[0])).toEqual([
      "/apis/networking.istio.io/v1",
      "/apis/networking.istio.io/v1/namespaces/dev/workloadentries/g",
      "/apis/networking.istio.io/v1/namespaces/dev/workloadentries/g",
    ]);
  });

  it("names the fields and their managers when others own them", async () => {
    const cause = {
      reason: "FieldManagerConflict",
      message: 'conflict with "kubectl" using apps/v1',
      field: ".spec.replicas",
    };
    server.answer(status(409, { reason: "Conflict", message: "Apply failed", details: { causes: [cause] } }));
    const failure = kubernetes().apply(deployment);
    await expect(failure).rejects.toThrow(Conflict);
    await expect(failure).rejects.toMatchObject({ fields: [{ path: ".spec.replicas", message: cause.message }] });
    expect(server.seen).toHaveLength(1);
  });

  it("names the wrong fields of an object that is refused", async () => {
    const cause = { reason: "FieldValueInvalid", message: "must be positive", field: "spec.replicas" };
    server.answer(status(422, { reason: "Invalid", message: "is invalid", details: { causes: [cause] } }));
    await expect(kubernetes().apply(deployment)).rejects.toMatchObject({
      code: "invalid",
      fields: [{ path: "spec.replicas", message: "must be positive" }],
    });
  });

  it("takes a value of the wrong type for a wrong object, though the server calls it an error of its own", async () => {
    const message =
      "failed to create typed patch object (dev/shop; apps/v1, Kind=Deployment): .spec.replicas: expected numeric";
    server.answer(status(500, { message }));
    await expect(kubernetes().apply(deployment)).rejects.toThrow(Invalid);
  });

  it("names the webhook that keeps the cluster from taking an object", async () => {
    const message = 'Internal error occurred: failed calling webhook "validation.istio.io": connection refused';
    server.answer(status(500, { reason: "InternalError", message }));
    await expect(kubernetes().apply(deployment)).rejects.toThrow(/validation\.istio\.io.*connection refused/);
  });

  it("says which right is missing", async () => {
    server.answer(
      status(403, { reason: "Forbidden", message: 'deployments.apps is forbidden: User "kepler" cannot patch' }),
    );
    const failure = kubernetes().apply(deployment);
    await expect(failure).rejects.toThrow(Denied);
    await expect(failure).rejects.toThrow("cannot patch");
  });
});

describe("reading, listing and asking", () => {
  it("hands on what the API server warns about", async () => {
    const warnings: string[] = [];
    server.answer(json(deployment, { headers: { warning: '299 - "unknown field \\"spec.repl\\""' } }));
    await kubernetes((warning) => warnings.push(warning)).apply(deployment);
    expect(warnings).toEqual(['unknown field "spec.repl"']);
    const ofThisObject: string[] = [];
    await kubernetes().apply(deployment, { onWarning: (warning) => ofThisObject.push(warning) });
    expect(ofThisObject).toEqual(warnings);
  });

  it("gives a list's items the kind that only the list has told", async () => {
    server.answer(json({ metadata: { resourceVersion: "9", continue: "" }, items: [{ metadata: { name: "a" } }] }));
    expect(await kubernetes().list(KINDS.pod, null, { labelSelector: "app=x", limit: 5 })).toEqual({
      items: [{ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } }],
      resourceVersion: "9",
      continue: null,
    });
    expect(server.seen[0]?.url).toBe("/api/v1/pods?labelSelector=app%3Dx&limit=5");
  });

  it("tells an expired page from other conflicts", async () => {
    server.answer(status(410, { reason: "Expired", message: "The provided continue parameter is too old" }));
    await expect(kubernetes().list(KINDS.pod, "dev", { continue: "old" })).rejects.toThrow(Expired);
  });

  it("answers null and false for what is gone", async () => {
    server.answer(status(404, { reason: "NotFound", message: 'pods "shop-1" not found' }));
    const ref = { ...KINDS.pod, namespace: "dev", name: "shop-1" };
    expect(await kubernetes().get(ref)).toBeNull();
    expect(await kubernetes().delete(ref)).toBe(false);
  });

  it("asks for its own rights", async () => {
    server.answer(json({ status: { allowed: false } }, { status: 201 }));
    expect(await kubernetes().canI("get", "pods/log", "dev")).toBe(false);
    expect(JSON.parse(server.seen[0]?.body ?? "")).toMatchObject({
      spec: { resourceAttributes: { verb: "get", resource: "pods", subresource: "log", group: "", namespace: "dev" } },
    });
  });
});
