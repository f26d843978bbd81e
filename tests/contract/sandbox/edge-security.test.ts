import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deployment, type EdgeGround, istio, service, startEdgeGround, visit } from "./edge-ground.ts";
import { type Json, until } from "./kubernetes-ground.ts";

const SECURITY = "security.istio.io/v1";
const principal = (account: string) => ({ source: { principals: [`cluster.local/ns/default/sa/${account}`] } });
const SELECTED = { selector: { matchLabels: { app: "inner" } } };

let ground: EdgeGround;
let address: string;
/** Addresses of the calling pods. */
let callers: Record<string, string>;

/** "inner" and two callers in the mesh, each under an account of its own. */
beforeAll(async () => {
  ground = await startEdgeGround();
  const names = ["inner", "pay", "ship"];
  for (const name of names) {
    await ground.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
    const pods = deployment(ground.image, name, "v1", 1, true);
    pods.spec.template.spec.serviceAccountName = name;
    await ground.apply(pods);
  }
  await ground.apply(service("inner", { app: "inner" }));
  const backend = { service: { name: "inner", port: { number: 80 } } };
  await ground.apply({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "inner" },
    spec: { rules: [{ host: "inner.test", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] },
  });
  await ground.apply(
    istio("VirtualService", "inner", {
      hosts: ["inner.test"],
      gateways: ["edge"],
      http: [{ route: [{ destination: { host: "inner" } }] }],
    }),
  );
  const pods = await until(async () => {
    const { body } = await ground.call("GET", "/api/v1/namespaces/default/pods");
    const ready = body.items.filter((pod: Json) => pod.status.containerStatuses?.[0]?.ready);
    return ready.length === names.length + 2 ? (ready as Json[]) : undefined;
  });
  callers = Object.fromEntries(
    pods.map(({ metadata, status }) => [metadata.labels.app as string, `http://${status.podIP as string}:8080`]),
  );
  const { body } = await ground.call("GET", "/api/v1/namespaces/default/services/inner");
  address = `http://${body.spec.clusterIP as string}`;
});
afterAll(() => ground?.stop());
beforeEach(async () => {
  for (const kind of ["authorizationpolicies", "peerauthentications"]) {
    for (const namespace of ["default", "istio-system"])
      await ground.call("DELETE", `/apis/${SECURITY}/namespaces/${namespace}/${kind}`);
  }
});

const write = async (kind: string, name: string, spec: object, namespace = "default") => {
  const plural = kind === "PeerAuthentication" ? "peerauthentications" : "authorizationpolicies";
  const path = `/apis/${SECURITY}/namespaces/${namespace}/${plural}`;
  const { status, body } = await ground.call("POST", path, { apiVersion: SECURITY, kind, metadata: { name }, spec });
  expect(status, JSON.stringify(body)).toBe(201);
};
let policies = 0;
const allow = (rules: Json[] | undefined) =>
  write("AuthorizationPolicy", `allow-${(policies += 1)}`, { ...SELECTED, rules });

/** What a call of "inner" comes to for each: a status, or "cut" for a connection that was not taken. */
async function answers(path = "/x", method = "GET") {
  const of = (asked: Promise<{ status: number }>) =>
    asked.then(
      ({ status }) => status,
      (error: NodeJS.ErrnoException) => (error.code === "ECONNRESET" ? "cut" : Promise.reject(error)),
    );
  const host = "inner.test";
  const [pay, ship, plain, gateway, traefik] = await Promise.all([
    of(visit(callers.pay ?? "", { path: `/call?to=${address}${path}` })),
    of(visit(callers.ship ?? "", { path: `/call?to=${address}${path}` })),
    of(visit(address, { path, method })),
    of(visit(ground.cluster.istioUrl, { host, path, method })),
    of(visit(ground.cluster.traefikUrl, { host, path, method })),
  ]);
  return { pay, ship, plain, gateway, traefik };
}

const ALL = { pay: 200, ship: 200, plain: 200, gateway: 200, traefik: 200 };
const NONE = { pay: 403, ship: 403, plain: 403, gateway: 403, traefik: 403 };

describe("AuthorizationPolicies", () => {
  it("let everybody in where there are none, and nobody where one has no rules", async () => {
    expect(await answers()).toEqual(ALL);
    await allow(undefined);
    expect(await answers()).toEqual(NONE);
    const refused = await visit(ground.cluster.istioUrl, { host: "inner.test" });
    expect([refused.text, refused.headers.server]).toEqual(["RBAC: access denied", "istio-envoy"]);
    await allow([{}]);
    expect(await answers()).toEqual(ALL);
  });

  it("know callers of the mesh by their accounts, and add up", async () => {
    await allow([{ from: [principal("pay")] }]);
    expect(await answers()).toEqual({ ...NONE, pay: 200 });
    await allow([{ from: [{ source: { namespaces: ["istio-system"] } }] }]);
    expect(await answers()).toEqual({ ...NONE, pay: 200, gateway: 200 });
    expect((await visit(callers.web ?? "", { path: `/call?to=${address}` })).status, "without a sidecar").toBe(403);
  });

  it("deny before they allow, by caller and by what is asked", async () => {
    await allow([{ from: [{ source: { principals: ["*"] } }] }]);
    await write("AuthorizationPolicy", "deny", {
      ...SELECTED,
      action: "DENY",
      rules: [
        { from: [principal("ship")] },
        { from: [{ source: { namespaces: ["istio-system"] } }], to: [{ operation: { paths: ["/admin*"] } }] },
      ],
    });
    expect(await answers("/admin/x?y=1")).toEqual({ ...NONE, pay: 200 });
    expect(await answers("/open")).toEqual({ ...NONE, pay: 200, gateway: 200 });
  });

  it("of the namespace and of the root namespace stand for their pods, others for none", async () => {
    await write("AuthorizationPolicy", "of-others", { selector: { matchLabels: { app: "pay" } } });
    expect(await answers()).toEqual(ALL);
    await write("AuthorizationPolicy", "wide", { rules: [{ from: [principal("ship")] }] });
    expect(await answers()).toEqual({ ...NONE, ship: 200 });
    const never = { action: "DENY", rules: [{ from: [principal("ship")] }] };
    await write("AuthorizationPolicy", "root", never, "istio-system");
    expect(await answers()).toEqual(NONE);
  });
});

describe("what bypasses a sidecar", () => {
  const CAPTURE = "traffic.sidecar.istio.io";
  const meshed = (name: string, annotations: Record<string, string>) => {
    const pods = deployment(ground.image, name, "v1", 1, true);
    Object.assign(pods.spec.template.metadata, { annotations });
    return ground.apply(pods);
  };
  beforeAll(async () => {
    await meshed("side", { [`${CAPTURE}/excludeInboundPorts`]: "9090,8080" });
    await meshed("bare", { [`${CAPTURE}/excludeOutboundPorts`]: "80", "sidecar.istio.io/proxyCPU": "70m" });
    await meshed("far", { [`${CAPTURE}/excludeOutboundIPRanges`]: "10.8.0.0/16,127.0.0.0/8" });
    await ground.apply(service("side", { app: "side" }));
  });

  it("is not asked who it is, and does not say it", async () => {
    const pods = await until(async () => {
      const { body } = await ground.call("GET", "/api/v1/namespaces/default/pods");
      const found = body.items.filter((pod: Json) => ["side", "bare", "far"].includes(pod.metadata.labels.app));
      return found.length === 3 && found.every((pod: Json) => pod.status.containerStatuses?.[0]?.ready)
        ? (found as Json[])
        : undefined;
    });
    const podOf = (app: string) => pods.find(({ metadata }) => metadata.labels.app === app) ?? {};
    const calls = (app: string, to: string) =>
      visit(`http://${podOf(app).status.podIP as string}:8080`, { path: `/call?to=${to}/x` });
    const { body } = await ground.call("GET", "/api/v1/namespaces/default/services/side");
    const side = `http://${body.spec.clusterIP as string}`;
    await write("AuthorizationPolicy", "nobody", { action: "ALLOW" });
    expect((await visit(side)).status, "no sidecar asks at that port").toBe(200);
    await ground.call("DELETE", `/apis/${SECURITY}/namespaces/default/authorizationpolicies`);
    await write("PeerAuthentication", "inner", { ...SELECTED, mtls: { mode: "STRICT" } });
    expect((await visit(callers.pay ?? "", { path: `/call?to=${address}/x` })).status).toBe(200);
    for (const app of ["bare", "far"])
      await expect(calls(app, address), "no sidecar says who calls").rejects.toMatchObject({ code: "ECONNRESET" });
    expect(podOf("bare").spec.initContainers[0].resources).toEqual({ requests: { cpu: "70m" } });
  });
});

describe("PeerAuthentications", () => {
  const CUT = { ...ALL, plain: "cut", traefik: 502 };

  it("in STRICT mode cut connections without an identity", async () => {
    await write("PeerAuthentication", "inner", { ...SELECTED, mtls: { mode: "STRICT" } });
    expect(await answers()).toEqual(CUT);
  });

  it("of a workload go before the namespace's, and those before the mesh's", async () => {
    await write("PeerAuthentication", "default", { mtls: { mode: "STRICT" } }, "istio-system");
    expect(await answers()).toEqual(CUT);
    await write("PeerAuthentication", "default", { mtls: { mode: "PERMISSIVE" } });
    expect(await answers()).toEqual(ALL);
    await write("PeerAuthentication", "unset", { ...SELECTED, portLevelMtls: { 8080: { mode: "STRICT" } } });
    expect(await answers()).toEqual(CUT);
  });
});
