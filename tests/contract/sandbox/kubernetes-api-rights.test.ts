import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Ground, type Json, startGround, until } from "./kubernetes-ground.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const as = async (
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Json }> => {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const response = await fetch(ground.cluster.url + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};
const named = (name: string, more: object = {}) => ({ metadata: { name }, ...more });

describe("accounts", () => {
  it("are three contexts of the kubeconfig, each with its token", async () => {
    const { contexts, users, ...config } = parse(await readFile(ground.cluster.kubeconfig, "utf8"));
    expect(config["current-context"]).toBe("sandbox");
    expect(contexts.map(({ name }: Json) => name)).toEqual(["sandbox", "sandbox-namespaced", "sandbox-readonly"]);
    const { token, tokens } = ground.cluster;
    expect(users.map(({ user }: Json) => user.token)).toEqual([token, tokens.namespaced, tokens.readonly]);
  });

  it("of a namespace do everything in it and nothing outside of it", async () => {
    const { namespaced } = ground.cluster.tokens;
    const made = await as(namespaced, "POST", "/api/v1/namespaces/default/configmaps", named("own"));
    expect(made.status).toBe(201);
    expect((await as(namespaced, "GET", "/api/v1/namespaces/default")).status).toBe(200);
    expect((await as(namespaced, "DELETE", "/api/v1/namespaces/default")).status).toBe(403);
    expect(await as(namespaced, "GET", "/apis/apps/v1/namespaces/kube-system/deployments/web")).toMatchObject({
      status: 403,
      body: {
        reason: "Forbidden",
        message:
          'deployments.apps "web" is forbidden: User "sandbox-namespaced" cannot get resource "deployments" in API group "apps" in the namespace "kube-system"',
        details: { name: "web", group: "apps", kind: "deployments" },
      },
    });
    expect((await as(namespaced, "GET", "/api/v1/nodes")).body.message).toBe(
      'nodes is forbidden: User "sandbox-namespaced" cannot list resource "nodes" in API group "" at the cluster scope',
    );
  });

  it("that read get neither a write, a secret nor a shell", async () => {
    const { readonly } = ground.cluster.tokens;
    expect((await as(readonly, "GET", "/api/v1/pods")).status).toBe(200);
    const refused = [
      ["POST", "/api/v1/namespaces/default/configmaps"],
      ["DELETE", "/api/v1/namespaces/default/configmaps"],
      ["GET", "/api/v1/secrets"],
      ["GET", "/api/v1/namespaces/default/pods/any/exec?command=sh"],
    ] as const;
    for (const [method, path] of refused) expect((await as(readonly, method, path)).status).toBe(403);
    expect((await as("none", "GET", "/api/v1/pods")).status).toBe(401);
  });

  it("speak for another only where they may", async () => {
    const list = async (token: string, user: string) => {
      const headers = { authorization: `Bearer ${token}`, "impersonate-user": user };
      const response = await fetch(`${ground.cluster.url}/api/v1/pods`, { headers });
      return { status: response.status, message: ((await response.json()) as Json).message };
    };
    const { token, tokens } = ground.cluster;
    expect((await list(token, "sandbox-readonly")).status).toBe(200);
    expect((await list(token, "someone")).message).toContain('User "someone" cannot list resource "pods"');
    expect((await list(tokens.readonly, "sandbox-admin")).message).toBe(
      'users "sandbox-admin" is forbidden: User "sandbox-readonly" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });

  it("are told the same when they ask beforehand", async () => {
    const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    const may = async (token: string, attributes: object): Promise<boolean> =>
      (await as(token, "POST", path, { spec: { resourceAttributes: attributes } })).body.status.allowed;
    const { token, tokens } = ground.cluster;
    const shell = { verb: "create", resource: "pods", subresource: "exec", namespace: "default" };
    expect([await may(token, shell), await may(tokens.namespaced, shell), await may(tokens.readonly, shell)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await may(tokens.readonly, { verb: "list", resource: "pods" })).toBe(true);
  });
});

describe("a namespace", () => {
  it("takes no more than its quota, and tells what is used", async () => {
    await ground.call("POST", "/api/v1/namespaces", named("small"));
    const hard = { "limits.memory": "1Gi", pods: "2", "count/ingresses.networking.k8s.io": "0" };
    await ground.call("POST", "/api/v1/namespaces/small/resourcequotas", named("quota", { spec: { hard } }));
    const pod = (name: string, resources: object) =>
      ground.call(
        "POST",
        "/api/v1/namespaces/small/pods",
        named(name, { spec: { containers: [{ name: "a", image: "a:1", resources }] } }),
      );
    expect((await pod("silent", {})).body.message).toBe(
      'pods "silent" is forbidden: failed quota: quota: must specify limits.memory for: a',
    );
    expect((await pod("first", { limits: { memory: "768Mi" } })).status).toBe(201);
    expect((await pod("second", { limits: { memory: "512Mi" } })).body).toMatchObject({
      code: 403,
      message:
        'pods "second" is forbidden: exceeded quota: quota, requested: limits.memory=512Mi, used: limits.memory=768Mi, limited: limits.memory=1Gi',
    });
    const backend = { service: { name: "a", port: { number: 80 } } };
    const ingress = named("any", { spec: { defaultBackend: backend } });
    const path = "/apis/networking.k8s.io/v1/namespaces/small/ingresses";
    expect((await ground.call("POST", path, ingress)).status).toBe(403);
    const used = await until(async () => {
      const { status } = (await ground.call("GET", "/api/v1/namespaces/small/resourcequotas/quota")).body;
      return status.used?.pods === "1" && status.used;
    });
    expect(used).toEqual({ "limits.memory": "768Mi", pods: "1", "count/ingresses.networking.k8s.io": "0" });
  });

  it("that every cluster needs cannot be deleted", async () => {
    expect((await ground.call("DELETE", "/api/v1/namespaces/kube-system")).body.message).toBe(
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    );
  });
});

describe("a custom resource", () => {
  const path = "/apis/networking.istio.io/v1/namespaces/default/virtualservices";
  const http = [{ route: [{ destination: { host: "web" } }] }];

  it("is checked by its definition: types, patterns and alternatives, all at once", async () => {
    const bad = named("bad", { spec: { hosts: "a", http: [{ route: [{ weight: "heavy" }] }] } });
    expect((await ground.call("POST", path, bad)).body).toMatchObject({
      code: 422,
      details: {
        causes: [
          { reason: "FieldValueTypeInvalid", field: "spec.hosts" },
          { reason: "FieldValueTypeInvalid", field: "spec.http[0].route[0].weight" },
          { reason: "FieldValueRequired", field: "spec.http[0].route[0].destination" },
        ],
      },
    });
  });

  it("must be one of its alternatives", async () => {
    const match = [{ uri: { prefix: "/a", exact: "/b" } }];
    const torn = named("torn", { spec: { hosts: ["a"], http: [{ match, ...http[0] }] } });
    expect((await ground.call("POST", path, torn)).body.message).toBe(
      'VirtualService.networking.istio.io "torn" is invalid: <nil>: Invalid value: "": "spec.http[0].match[0].uri" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    );
  });

  it("loses fields that its definition does not know, unless the client is strict", async () => {
    const odd = named("odd", { spec: { hosts: ["a"], http, surprise: true } });
    expect((await ground.call("POST", `${path}?fieldValidation=Strict`, odd)).body.message).toContain(
      'strict decoding error: unknown field "spec.surprise"',
    );
    const { body, headers } = await ground.call("POST", path, odd);
    expect(body.spec).toEqual({ hosts: ["a"], http });
    expect(headers.get("warning")).toBe('299 - "unknown field \\"spec.surprise\\""');
  });

  it("is one object in all of its versions", async () => {
    const old = path.replace("/v1/", "/v1beta1/");
    expect((await ground.call("GET", `${old}/odd`)).body.apiVersion).toBe("networking.istio.io/v1beta1");
    const patched = await ground.call(
      "PATCH",
      `${old}/odd`,
      { spec: { hosts: ["b"] } },
      "application/merge-patch+json",
    );
    expect(patched.status).toBe(200);
    expect((await ground.call("GET", `${path}/odd`)).body).toMatchObject({
      apiVersion: "networking.istio.io/v1",
      spec: { hosts: ["b"] },
    });
  });
});
