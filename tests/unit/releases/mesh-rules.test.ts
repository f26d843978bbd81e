import { describe, expect, it } from "vitest";
import { PLAIN_SIDECAR } from "#lib/apps/spec/sidecar-schema";
import { RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import { podNeeds } from "#lib/releases/gates/pod-needs-rules";
import { readInjection, withProxies } from "#lib/releases/mesh/mesh-rules";

const probe = (path: string) => ({ httpGet: { path, port: 15020 } });
const proxy = {
  name: "istio-proxy",
  image: "docker.io/istio/proxyv2:1.29.1",
  restartPolicy: "Always",
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "1Gi" } },
};
/** As istiod's injector returns it, shortened. */
const pod = (containers: object[], initContainers: object[] = []) => ({
  metadata: { annotations: { "sidecar.istio.io/status": '{"initContainers":["istio-proxy"],"revision":"default"}' } },
  spec: { containers, initContainers },
});
const injected = readInjection(pod([{ name: "shop", readinessProbe: probe("/app-health/shop/readyz") }], [proxy]));

describe("a pod that was tried out", () => {
  it("says which proxy it got, how large, and whether probes go through it", () => {
    expect(injected).toMatchObject({
      is: "injected",
      proxy: {
        ...{ version: "1.29.1", revision: "default", isNative: true, probesRewritten: true },
        ...{ cpuRequest: "100m", memoryRequest: "128Mi" },
      },
    });
    const beside = readInjection(
      pod([
        { name: "shop", readinessProbe: probe("/healthz") },
        { ...proxy, restartPolicy: undefined },
      ]),
    );
    expect(beside).toMatchObject({ is: "injected", proxy: { isNative: false, probesRewritten: false } });
    expect(readInjection(pod([{ name: "shop" }], [proxy]))).toMatchObject({ proxy: { probesRewritten: null } });
  });

  it("says that it got none", () => {
    expect(readInjection(pod([{ name: "shop" }]))).toEqual({ is: "missing" });
    expect(readInjection({})).toEqual({ is: "untried" });
  });
});

describe("what pods take in the mesh", () => {
  const container = { name: "shop", resources: { requests: { cpu: "500m", memory: "128Mi" } } };
  const needs = podNeeds({ spec: { replicas: 2, template: { spec: { containers: [container] } } } });
  const cpu = (...rest: Parameters<typeof withProxies> extends [unknown, ...infer Rest] ? Rest : never) =>
    withProxies(needs, ...rest)?.each["requests.cpu"];
  it("is the proxy's too: its own figures, else the tried pod's, else Istio's defaults", () => {
    expect(cpu({ ...PLAIN_SIDECAR, resources: RESOURCE_PRESETS.medium }, injected)).toBe(0.75);
    expect(cpu(undefined, readInjection(pod([], [{ ...proxy, resources: { requests: { cpu: "250m" } } }])))).toBe(0.75);
    expect(cpu(undefined, { is: "untried" })).toBe(0.6);
  });
});
