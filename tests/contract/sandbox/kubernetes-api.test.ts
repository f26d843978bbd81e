import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { AppsV1Api, CoreV1Api, KubeConfig, KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deploymentOf, type Ground, type Json, startGround, until } from "./kubernetes-ground.ts";

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const CONFIGMAPS = "/api/v1/namespaces/default/configmaps";
const APPLY = "application/apply-patch+yaml";

let ground: Ground;
beforeAll(async () => {
  ground = await startGround({ bookmarkEveryMs: 200, historyLimit: 100 });
});
afterAll(() => ground.stop());

const paused = (name: string, replicas = 1) => {
  const deployment = deploymentOf(name, "127.0.0.1:1/none:1", replicas, "hi");
  return { ...deployment, spec: { ...deployment.spec, paused: true } };
};

/** Collects a watch's events until `enough`, or until the server ends it. */
async function watch(
  path: string,
  enough: (events: Json[]) => boolean,
  act: () => Promise<unknown> = async () => undefined,
): Promise<Json[]> {
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${ground.cluster.token}` };
  const response = await fetch(ground.cluster.url + path, { headers, signal: gone.signal });
  if (!response.ok) return [{ status: response.status, body: await response.json() }];
  await act();
  const events: Json[] = [];
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const lines = (rest + Buffer.from(chunk).toString()).split("\n");
    rest = lines.pop() ?? "";
    events.push(...lines.map((line) => JSON.parse(line) as Json));
    if (enough(events)) break;
  }
  gone.abort();
  return events;
}

describe("objects", () => {
  it("come back with the API's defaults, and generation moves with the spec only", async () => {
    const { status, body } = await ground.call("POST", DEPLOYMENTS, paused("defaults"));
    expect(status).toBe(201);
    expect(body.metadata).toMatchObject({ generation: 1, namespace: "default" });
    expect(body.spec).toMatchObject({
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    });
    const [container] = body.spec.template.spec.containers;
    expect(container).toMatchObject({
      imagePullPolicy: "IfNotPresent",
      terminationMessagePolicy: "File",
      resources: {},
    });
    expect(container.readinessProbe).toMatchObject({ periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 });
    const merge = "application/merge-patch+json";
    const labelled = await ground.call("PATCH", `${DEPLOYMENTS}/defaults`, { metadata: { labels: { a: "b" } } }, merge);
    expect(labelled.body.metadata.generation).toBe(1);
    const scaled = await ground.call("PATCH", `${DEPLOYMENTS}/defaults`, { spec: { replicas: 0 } }, merge);
    expect(scaled.body.metadata.generation).toBe(2);
  });

  it("that are wrong are refused with every field named", async () => {
    const wrong = {
      metadata: { name: "Wrong_" },
      spec: { replicas: -1, template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "app" }] } } },
    };
    const { status, body } = await ground.call("POST", DEPLOYMENTS, wrong);
    expect(status).toBe(422);
    expect(body).toMatchObject({ kind: "Status", reason: "Invalid", details: { group: "apps", kind: "Deployment" } });
    const fields = body.details.causes.map((cause: Json) => cause.field);
    expect(fields).toEqual([
      "metadata.name",
      "spec.replicas",
      "spec.selector",
      "spec.template.spec.containers[0].image",
      "spec.template.metadata.labels",
    ]);
    const typo = { metadata: { name: "typo" }, data: {}, dta: {} };
    expect((await ground.call("POST", `${CONFIGMAPS}?fieldValidation=Strict`, typo)).status).toBe(400);
    const warned = await ground.call("POST", CONFIGMAPS, typo);
    expect(warned.headers.get("warning")).toBe('299 - "unknown field \\"dta\\""');
    expect((await ground.call("POST", CONFIGMAPS, { metadata: { name: "n" }, data: { a: 1 } })).status).toBe(400);
    expect(
      (await ground.call("POST", "/api/v1/namespaces/nowhere/configmaps", { metadata: { name: "n" } })).status,
    ).toBe(404);
  });

  it("are guarded by their resourceVersion", async () => {
    const { body } = await ground.call("POST", CONFIGMAPS, { metadata: { name: "locked" }, data: { a: "1" } });
    await ground.call("PUT", `${CONFIGMAPS}/locked`, { ...body, data: { a: "2" } });
    const late = await ground.call("PUT", `${CONFIGMAPS}/locked`, { ...body, data: { a: "3" } });
    expect(late).toMatchObject({
      status: 409,
      body: { reason: "Conflict", details: { name: "locked", kind: "configmaps" } },
    });
  });

  it("are not stored by a dry run, which still defaults and validates", async () => {
    const before = (await ground.call("GET", DEPLOYMENTS)).body.metadata.resourceVersion;
    const { status, body } = await ground.call("POST", `${DEPLOYMENTS}?dryRun=All`, paused("dry"));
    expect([status, body.spec.revisionHistoryLimit]).toEqual([201, 10]);
    expect(
      (await ground.call("PATCH", `${DEPLOYMENTS}/dry?dryRun=All&fieldManager=m`, paused("dry"), APPLY)).status,
    ).toBe(201);
    expect((await ground.call("GET", `${DEPLOYMENTS}/dry`)).status).toBe(404);
    expect((await ground.call("GET", DEPLOYMENTS)).body.metadata.resourceVersion).toBe(before);
  });

  it("are patched in place: strategic by key, JSON by path", async () => {
    await ground.call("POST", DEPLOYMENTS, paused("patched"));
    const containers = [{ name: "app", env: [{ name: "MORE", value: "x" }] }];
    const strategic = await ground.call(
      "PATCH",
      `${DEPLOYMENTS}/patched`,
      { spec: { template: { spec: { containers } } } },
      "application/strategic-merge-patch+json",
    );
    expect(strategic.body.spec.template.spec.containers[0].env.map((each: Json) => each.name)).toEqual([
      "GREETING",
      "MORE",
    ]);
    const operations = [{ op: "replace", path: "/spec/replicas", value: 4 }];
    const json = await ground.call("PATCH", `${DEPLOYMENTS}/patched`, operations, "application/json-patch+json");
    expect(json.body.spec.replicas).toBe(4);
    expect((await ground.call("PATCH", `${DEPLOYMENTS}/patched`, {}, "application/json")).status).toBe(415);
  });
});

describe("server-side apply", () => {
  const apply = (manager: string, data: Record<string, string>, force = false) =>
    ground.call(
      "PATCH",
      `${CONFIGMAPS}/shared?fieldManager=${manager}&force=${force}`,
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "shared" }, data },
      APPLY,
    );

  it("creates, is idempotent, and removes what is no longer applied", async () => {
    expect((await apply("one", { a: "1", b: "1" })).status).toBe(201);
    const again = await apply("one", { a: "1", b: "1" });
    expect(again.status).toBe(200);
    const [entry] = again.body.metadata.managedFields;
    expect(entry).toMatchObject({
      manager: "one",
      operation: "Apply",
      fieldsV1: { "f:data": { "f:a": {}, "f:b": {} } },
    });
    const less = await apply("one", { a: "1" });
    expect(less.body.data).toEqual({ a: "1" });
    expect(Number(less.body.metadata.resourceVersion)).toBeGreaterThan(Number(again.body.metadata.resourceVersion));
    expect((await apply("one", { a: "1" })).body.metadata.resourceVersion).toBe(less.body.metadata.resourceVersion);
  });

  it("keeps what an empty struct is given later", async () => {
    const wanted = (data: Record<string, string>) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "grown" },
      data,
    });
    const grown = (data: Record<string, string>) =>
      ground.call("PATCH", `${CONFIGMAPS}/grown?fieldManager=one`, wanted(data), APPLY);
    await grown({});
    expect((await grown({ a: "1" })).body.data).toEqual({ a: "1" });
    expect((await grown({})).body.data ?? {}).toEqual({});
  });

  it("answers 409 naming manager and field, until it is forced", async () => {
    await apply("one", { a: "1" });
    const refused = await apply("two", { a: "2" });
    expect(refused.status).toBe(409);
    expect(refused.body.details.causes).toEqual([
      { reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".data.a" },
    ]);
    const forced = await apply("two", { a: "2" }, true);
    expect(forced.body.data).toEqual({ a: "2" });
    expect(forced.body.metadata.managedFields.map((entry: Json) => entry.manager)).toEqual(["two"]);
  });

  it("changes nothing when the same is applied again, however it is spelt", async () => {
    const wanted = paused("spelt");
    const [container] = wanted.spec.template.spec.containers;
    Object.assign(container ?? {}, {
      resources: { limits: { cpu: "1000m", memory: "1024Mi" } },
      env: [{ name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    });
    const applied = () => ground.call("PATCH", `${DEPLOYMENTS}/spelt?fieldManager=kepler`, wanted, APPLY);
    const settled = async () => {
      const { body } = await applied();
      return body.status?.observedGeneration === 1 ? body : undefined;
    };
    const first = await until(settled);
    expect(first.spec.template.spec.containers[0].resources.requests).toEqual({ cpu: "1", memory: "1Gi" });
    expect((await applied()).body.metadata).toEqual(first.metadata);
  });

  it("leaves fields of others alone, so an autoscaler may own the replicas", async () => {
    const wanted = paused("scaled");
    const applyWith = (spec: object) =>
      ground.call("PATCH", `${DEPLOYMENTS}/scaled?fieldManager=kepler`, { ...wanted, spec }, APPLY);
    await applyWith({ ...wanted.spec, replicas: 2 });
    const scale = await ground.call(
      "PATCH",
      `${DEPLOYMENTS}/scaled/scale?fieldManager=hpa`,
      { spec: { replicas: 5 } },
      "application/merge-patch+json",
    );
    expect(scale.body).toMatchObject({ kind: "Scale", spec: { replicas: 5 } });
    const { replicas: _replicas, ...rest } = wanted.spec;
    expect((await applyWith(rest)).body.spec.replicas).toBe(5);
    expect((await applyWith({ ...wanted.spec, replicas: 2 })).status).toBe(409);
  });

  it("refuses unknown fields and managedFields in the body", async () => {
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, datta: {} };
    expect((await ground.call("PATCH", `${CONFIGMAPS}/x?fieldManager=m`, body, APPLY)).body.message).toContain(
      "field not declared in schema",
    );
    const managed = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", managedFields: [] } };
    expect((await ground.call("PATCH", `${CONFIGMAPS}/x?fieldManager=m`, managed, APPLY)).status).toBe(400);
    expect((await ground.call("PATCH", `${CONFIGMAPS}/x`, body, APPLY)).status).toBe(422);
  });
});

describe("lists and watches", () => {
  it("page through one moment, and refuse a token that is no longer known", async () => {
    for (const name of ["p1", "p2", "p3"])
      await ground.call("POST", CONFIGMAPS, { metadata: { name, labels: { page: "yes" } } });
    const first = (await ground.call("GET", `${CONFIGMAPS}?labelSelector=page%20in%20(yes)&limit=2`)).body;
    expect([first.items.length, first.metadata.remainingItemCount]).toEqual([2, 1]);
    const next = `${CONFIGMAPS}?limit=2&continue=${first.metadata.continue as string}`;
    expect((await ground.call("GET", next)).body.items.map((item: Json) => item.metadata.name)).toEqual(["p3"]);
    const forgotten = { v: "meta.k8s.io/v1", rv: 1, start: "forgotten" };
    const old = Buffer.from(JSON.stringify(forgotten)).toString("base64url");
    expect(await ground.call("GET", `${CONFIGMAPS}?limit=2&continue=${old}`)).toMatchObject({
      status: 410,
      body: { reason: "Expired" },
    });
  });

  it("show objects entering and leaving a selection, with bookmarks between", async () => {
    const { resourceVersion } = (await ground.call("GET", CONFIGMAPS)).body.metadata;
    const path = `${CONFIGMAPS}?watch=1&labelSelector=seen&allowWatchBookmarks=true&resourceVersion=${resourceVersion as string}`;
    const events = await watch(
      path,
      (seen) => seen.filter(({ type }) => type === "DELETED").length === 1 && seen.at(-1)?.type === "BOOKMARK",
      async () => {
        await ground.call("POST", CONFIGMAPS, { metadata: { name: "seen", labels: { seen: "" } } });
        await ground.call("PATCH", `${CONFIGMAPS}/seen`, { data: { a: "1" } }, "application/merge-patch+json");
        await ground.call(
          "PATCH",
          `${CONFIGMAPS}/seen`,
          { metadata: { labels: { seen: null } } },
          "application/merge-patch+json",
        );
      },
    );
    expect(events.map(({ type }) => type).filter((type) => type !== "BOOKMARK")).toEqual([
      "ADDED",
      "MODIFIED",
      "DELETED",
    ]);
  });

  it("end after timeoutSeconds", async () => {
    const { resourceVersion } = (await ground.call("GET", CONFIGMAPS)).body.metadata;
    const path = `${CONFIGMAPS}?watch=1&timeoutSeconds=1&resourceVersion=${resourceVersion as string}`;
    expect(await watch(path, () => false)).toEqual([]);
  });

  it("answer a forgotten version with 410, as an event or by HTTP", async () => {
    const from = async () => (await ground.call("GET", CONFIGMAPS)).body.metadata.resourceVersion as string;
    const old = await from();
    for (let i = 0; i < 120; i += 1)
      await ground.call("PATCH", `${CONFIGMAPS}/p1`, { data: { i: String(i) } }, "application/merge-patch+json");
    const [event] = await watch(`${CONFIGMAPS}?watch=1&resourceVersion=${old}`, () => true);
    expect(event).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } });
    await ground.restart();
    const [answer] = await watch(`${CONFIGMAPS}?watch=1&resourceVersion=${old}`, () => true);
    expect(answer).toMatchObject({ status: 410, body: { reason: "Expired" } });
  });
});

describe("deletion", () => {
  it("waits for finalizers", async () => {
    await ground.call("POST", CONFIGMAPS, { metadata: { name: "held", finalizers: ["kepler.dev/hold"] } });
    expect((await ground.call("DELETE", `${CONFIGMAPS}/held`)).body.metadata.deletionTimestamp).toBeDefined();
    await ground.call(
      "PATCH",
      `${CONFIGMAPS}/held`,
      { metadata: { finalizers: null } },
      "application/merge-patch+json",
    );
    expect((await ground.call("GET", `${CONFIGMAPS}/held`)).status).toBe(404);
  });

  it("takes dependents along in the background, and spares them when asked to orphan", async () => {
    for (const [name, policy] of [
      ["with", "Background"],
      ["without", "Orphan"],
    ]) {
      const owner = (await ground.call("POST", CONFIGMAPS, { metadata: { name } })).body;
      const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name, uid: owner.metadata.uid }];
      await ground.call("POST", CONFIGMAPS, { metadata: { name: `${name}-child`, ownerReferences } });
      await ground.call("DELETE", `${CONFIGMAPS}/${name ?? ""}`, { propagationPolicy: policy });
    }
    await until(async () => (await ground.call("GET", `${CONFIGMAPS}/with-child`)).status === 404);
    await until(async () => (await ground.call("GET", `${CONFIGMAPS}/without`)).status === 404);
    expect((await ground.call("GET", `${CONFIGMAPS}/without-child`)).body.metadata.ownerReferences ?? []).toEqual([]);
  });

  it("of a namespace empties it first and refuses newcomers", async () => {
    await ground.call("POST", "/api/v1/namespaces", { metadata: { name: "going" } });
    const held = { metadata: { name: "a", finalizers: ["kepler.dev/hold"] } };
    await ground.call("POST", "/api/v1/namespaces/going/configmaps", held);
    expect((await ground.call("DELETE", "/api/v1/namespaces/going")).body.status.phase).toBe("Terminating");
    const late = await ground.call("POST", "/api/v1/namespaces/going/configmaps", { metadata: { name: "b" } });
    expect(late).toMatchObject({ status: 403, body: { details: { causes: [{ reason: "NamespaceTerminating" }] } } });
    await until(
      async () => (await ground.call("GET", "/api/v1/namespaces/going/configmaps/a")).body.metadata?.deletionTimestamp,
    );
    await ground.call(
      "PATCH",
      "/api/v1/namespaces/going/configmaps/a",
      { metadata: { finalizers: null } },
      "application/merge-patch+json",
    );
    await until(async () => (await ground.call("GET", "/api/v1/namespaces/going")).status === 404);
  });
});

describe("other people's clients", () => {
  it("@kubernetes/client-node works over TLS with the kubeconfig", async () => {
    const config = new KubeConfig();
    config.loadFromFile(ground.cluster.kubeconfig);
    const { items } = await config.makeApiClient(CoreV1Api).listNamespace();
    expect(items.map(({ metadata }) => metadata?.name)).toContain("default");
    const objects = KubernetesObjectApi.makeApiClient(config);
    const body = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "typed", namespace: "default" },
      data: { a: "b" },
    };
    const applied = await objects.patch(body, undefined, undefined, "kepler", true, PatchStrategy.ServerSideApply);
    expect(applied).toMatchObject({ metadata: { managedFields: [{ manager: "kepler" }] } });
    const refused = config.makeApiClient(AppsV1Api).readNamespacedDeployment({ name: "nope", namespace: "default" });
    await expect(refused).rejects.toMatchObject({ code: 404 });
  });

  it("kubectl applies, prints and deletes (where it is installed)", async ({ skip }) => {
    const run = promisify(execFile);
    const kubectl = (...words: string[]) =>
      run("kubectl", ["--kubeconfig", ground.cluster.kubeconfig, ...words]).then(({ stdout }) => stdout);
    const found = await kubectl("version", "--client").catch(() => undefined);
    if (found === undefined) return skip("kubectl is not installed");
    expect(await kubectl("get", "deployments")).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\n/);
    expect(await kubectl("scale", "deployment/patched", "--replicas=2")).toContain("scaled");
    expect(await kubectl("delete", "deployment", "patched", "--wait=true")).toContain("deleted");
    return undefined;
  }, 30_000);

  it("nobody gets in without the token", async () => {
    const response = await fetch(`${ground.cluster.url}/api/v1/namespaces`);
    expect([response.status, ((await response.json()) as Json).reason]).toEqual([401, "Unauthorized"]);
  });
});
