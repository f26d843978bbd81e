import fc from "fast-check";
import { expect, test } from "vitest";
import { type Manifest, renderManifests, samePodTemplate } from "#lib/releases/manifests";
import { plainSpec, specArbitrary } from "./spec-arbitrary.ts";

const app = { id: "0190b6a0-0000-7000-8000-000000000001", name: "shop" };
const render = (spec = plainSpec(), releaseNumber = 7, podRelease = 7) =>
  renderManifests({ app, namespace: "kepler-dev", spec, releaseNumber, podRelease });
const kinds = (manifests: Manifest[]) => manifests.map((m) => m.kind);
const only = (manifests: Manifest[], kind: string) => manifests.find((m) => m.kind === kind);

test("the same Spec gives the same objects, byte for byte", () => {
  fc.assert(
    fc.property(specArbitrary, (spec) => {
      expect(JSON.stringify(render(structuredClone(spec)))).toBe(JSON.stringify(render(spec)));
    }),
  );
});

test("every object is in the environment's namespace, named for the app and labelled as Kepler's", () => {
  fc.assert(
    fc.property(specArbitrary, (spec) => {
      for (const { metadata } of render(spec)) {
        expect(metadata.namespace).toBe("kepler-dev");
        expect(metadata.name).toMatch(/^shop(-headless|-files-[0-9a-f]{16})?$/);
        expect(metadata.labels).toMatchObject({
          "app.kubernetes.io/name": "shop",
          "app.kubernetes.io/managed-by": "kepler",
          "kepler.dev/app": app.id,
        });
      }
    }),
  );
});

test("the Deployment tells which release applied it, its pods which release changed them last", () => {
  const deployment = only(render(plainSpec(), 9, 7), "Deployment");
  expect(deployment).toMatchObject({
    metadata: { labels: { "kepler.dev/release": "9" } },
    spec: { template: { metadata: { labels: { "kepler.dev/release": "7" } } } },
  });
});

test("the image is named by digest, never by tag", () => {
  expect(JSON.stringify(only(render(), "Deployment"))).toContain(`127.0.0.1:7103/shop@sha256:${"a".repeat(64)}`);
});

test("a disruption budget exists only where more than one pod runs, an Ingress only when exposed", () => {
  const exposure = {
    gatewayClass: "ingress" as const,
    routes: [{ host: "shop.dev.localhost", path: "/", pathType: "prefix" as const, port: 8080 }],
  };
  expect(kinds(render(plainSpec({ replicas: 1 })))).toEqual(["ServiceAccount", "Service", "Deployment"]);
  expect(kinds(render(plainSpec({ replicas: 2, exposure })))).toEqual([
    "ServiceAccount",
    "Service",
    "Deployment",
    "PodDisruptionBudget",
    "Ingress",
  ]);
  expect(kinds(render(plainSpec({ replicas: 1, ports: [], readinessProbe: null })))).not.toContain("Service");
});

test("routes of one host share one rule and keep their order", () => {
  const route = (host: string, path: string) => ({ host, path, pathType: "prefix" as const, port: 8080 });
  const routes = [route("a.localhost", "/x"), route("b.localhost", "/"), route("a.localhost", "/")];
  const spec = only(render(plainSpec({ exposure: { gatewayClass: "ingress", routes } })), "Ingress")?.spec;
  expect(spec).toMatchObject({
    rules: [
      { host: "a.localhost", http: { paths: [{ path: "/x" }, { path: "/" }] } },
      { host: "b.localhost", http: { paths: [{ path: "/" }] } },
    ],
  });
});

test("a pod with a port is never ready before the port answers, even without a probe of its own", () => {
  const deployment = only(render(plainSpec({ readinessProbe: null })), "Deployment");
  expect(JSON.stringify(deployment)).toContain('"readinessProbe":{"tcpSocket":{"port":8080}');
});

test("scaling and exposing leave running pods alone; image, variables, mesh mode and restart do not", () => {
  const spec = plainSpec();
  expect(samePodTemplate(spec, plainSpec({ replicas: 9 }), app)).toBe(true);
  expect(samePodTemplate(spec, plainSpec({ meshMode: "mesh" }), app)).toBe(false);
  expect(samePodTemplate(spec, plainSpec({ env: [{ name: "A", value: "1" }] }), app)).toBe(false);
  expect(samePodTemplate(spec, plainSpec({ restartedAt: "2026-01-01T00:00:00.000Z" }), app)).toBe(false);
});
