import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type AppSettingsInput, appSettings, appSpec, fixedProblems, storedSettings } from "#lib/apps/spec-schema";
import { plainSpec } from "#tests/unit/releases/plain-spec";
import { specArbitrary } from "#tests/unit/releases/spec-arbitrary";
import { FIRST, IMAGE, problems, strategy, wrong } from "./first-settings.ts";

describe("a document of the first schema", () => {
  it("is read as a release and as a draft, with a default for everything that came later", () => {
    const spec = appSpec.parse({ ...FIRST, image: IMAGE });
    expect(spec).toMatchObject({ ...FIRST, image: IMAGE });
    expect(spec).toMatchObject({
      workload: { kind: "deployment" },
      autoscaling: null,
      readinessProbe: { type: "http", initialDelaySeconds: 0, headers: [] },
      livenessProbe: null,
      files: [],
      security: { allowPrivilegeEscalation: false, seccomp: null },
      strategy: { type: "rolling" },
    });
    expect(storedSettings.parse(spec)).toEqual(storedSettings.parse(FIRST));
  });

  it("stays readable though people may no longer ask for it: its drain is as long as its grace period", () => {
    expect(problems({})).toEqual([["strategy.drainSeconds", "strategy.drain-over-grace"]]);
    expect(storedSettings.safeParse(FIRST).success).toBe(true);
  });
});

const statefulset = { workload: { kind: "statefulset" } };
const template = { type: "template", name: "data", mountPath: "/data", sizeBytes: 2 ** 30 };
const http = FIRST.readinessProbe;

const REFUSED: [string, Partial<Record<keyof AppSettingsInput, unknown>>, string, string][] = [
  [
    "a probe of an undeclared port",
    { livenessProbe: { type: "tcp", port: 9 } },
    "livenessProbe.port",
    "port.not-declared",
  ],
  [
    "a route to an undeclared port",
    { exposure: { ...FIRST.exposure, routes: [{ ...FIRST.exposure.routes[0], port: 9 }] } },
    "exposure.routes.0.port",
    "port.not-declared",
  ],
  [
    "fewest pods over most pods",
    { autoscaling: { minReplicas: 3, maxReplicas: 2, cpuPercent: 70, memoryPercent: null } },
    "autoscaling.minReplicas",
    "autoscaling.min-over-max",
  ],
  [
    "an autoscaler that measures nothing",
    { autoscaling: { minReplicas: 1, maxReplicas: 2, cpuPercent: null, memoryPercent: null } },
    "autoscaling.cpuPercent",
    "autoscaling.no-metric",
  ],
  [
    "a request over its limit",
    { resources: { ...FIRST.resources, cpuRequestMillis: 300 } },
    "resources.cpuRequestMillis",
    "resources.request-over-limit",
  ],
  [
    "two files of one path",
    {
      files: [
        { path: "/a", content: "" },
        { path: "/a", content: "b" },
      ],
    },
    "files.1.path",
    "duplicate",
  ],
  [
    "a file where a volume is",
    { files: [{ path: "/a", content: "" }], volumes: [{ type: "empty", name: "a", mountPath: "/a" }] },
    "volumes.0.mountPath",
    "duplicate",
  ],
  [
    "two volumes of one name",
    {
      volumes: [
        { type: "empty", name: "a", mountPath: "/a" },
        { type: "empty", name: "a", mountPath: "/b" },
      ],
    },
    "volumes.1.name",
    "duplicate",
  ],
  ["a claim template of a Deployment", { volumes: [template] }, "volumes.0.type", "workload.statefulset-only"],
  [
    "pod management of a Deployment",
    { workload: { kind: "deployment", podManagement: "parallel" } },
    "workload.podManagement",
    "workload.statefulset-only",
  ],
  [
    "a StatefulSet that is recreated",
    { ...statefulset, strategy: { ...strategy, type: "recreate" } },
    "strategy.type",
    "strategy.deployment-only",
  ],
  [
    "a rollout that can never begin",
    { strategy: { ...strategy, maxSurge: "0%", maxUnavailable: 0 } },
    "strategy.maxSurge",
    "strategy.no-progress",
  ],
  [
    "a startup that outlasts the rollout",
    { startupProbe: { ...http, periodSeconds: 60, failureThreshold: 6 } },
    "startupProbe.failureThreshold",
    "probe.startup-beyond-deadline",
  ],
  [
    "liveness that kills before readiness asks",
    { readinessProbe: { ...http, initialDelaySeconds: 60 }, livenessProbe: { ...http, periodSeconds: 10 } },
    "livenessProbe.initialDelaySeconds",
    "probe.liveness-before-readiness",
  ],
  [
    "liveness that needs two successes",
    { livenessProbe: { ...http, successThreshold: 2 } },
    "livenessProbe.successThreshold",
    "probe.success-once",
  ],
  [
    "900 kB of files in two",
    { files: ["/a", "/b"].map((path) => ({ path, content: "ü".repeat(225_001) })) },
    "files",
    "too-large",
  ],
  [
    "a label of Istio's",
    { podLabels: [{ name: "sidecar.istio.io/inject", value: "true" }] },
    "podLabels.0.name",
    "label.reserved",
  ],
  [
    "a label of Kepler's",
    { podAnnotations: [{ name: "kepler.dev/app", value: "x" }] },
    "podAnnotations.0.name",
    "label.reserved",
  ],
  [
    "a label that selects",
    { podLabels: [{ name: "app.kubernetes.io/name", value: "x" }] },
    "podLabels.0.name",
    "label.reserved",
  ],
  [
    "a volume of Kepler's",
    { volumes: [{ type: "empty", name: "kepler-files", mountPath: "/a" }] },
    "volumes.0.name",
    "volume.reserved-name",
  ],
  ["a path that climbs", { files: [{ path: "/etc/../x", content: "" }] }, "files.0.path", "path.absolute"],
  ["a mode that is not octal", { files: [{ path: "/a", content: "", mode: "0888" }] }, "files.0.mode", "file.mode"],
];

describe("settings that cannot stand together", () => {
  it("are none in the first document with a shorter drain", () => expect(wrong({})).toEqual([]));

  it.each(REFUSED)("refuses %s", (_, change, path, message) => {
    expect(wrong(change)).toContainEqual([path, message]);
  });

  it.each<[string, Partial<Record<keyof AppSettingsInput, unknown>>]>([
    ["one variable", { env: [{ name: "A", value: "x".repeat(1_000_000) }] }],
    ["one file", { files: [{ path: "/a", content: "x".repeat(1_000_000) }] }],
    ["one annotation", { podAnnotations: [{ name: "a", value: "x".repeat(1_000_000) }] }],
    ["all variables", { env: Array.from({ length: 100 }, (_, i) => ({ name: `A${i}`, value: "x".repeat(8000) })) }],
  ])("refuses a megabyte in %s", (_, change) => expect(wrong(change).length).toBeGreaterThan(0));

  it("may all be right: a StatefulSet with claims of its own, a file, three kinds of probes", () => {
    expect(
      wrong({
        ...statefulset,
        volumes: [template],
        files: [{ path: "/etc/shop.conf", content: "x" }],
        startupProbe: { type: "exec", command: ["true"] },
        livenessProbe: { type: "grpc", port: 8080 },
      }),
    ).toEqual([]);
  });
});

describe("what the first release settles", () => {
  const set = (volumes: unknown[] = [], podManagement = "ordered") =>
    storedSettings.parse({ ...FIRST, workload: { kind: "statefulset", podManagement }, volumes });

  it("is the kind, and of a StatefulSet its pod management and claims", () => {
    expect(fixedProblems(plainSpec(), set())).toEqual([{ path: ["workload", "kind"], message: "workload.kind-fixed" }]);
    expect(fixedProblems(set(), set([], "parallel"))).toMatchObject([{ path: ["workload", "podManagement"] }]);
    expect(fixedProblems(set([template]), set([{ ...template, sizeBytes: 2 ** 31 }]))).toMatchObject([
      { path: ["volumes"] },
    ]);
  });

  it("is not where a claim is mounted, nor any other volume", () => {
    const cache = { type: "empty", name: "cache", mountPath: "/cache" };
    expect(fixedProblems(set([template]), set([{ ...template, mountPath: "/elsewhere" }, cache]))).toEqual([]);
    expect(fixedProblems(plainSpec(), plainSpec({ replicas: 9 }))).toEqual([]);
  });
});

test("every generated Spec is one that a person may ask for, and is read as it was written", () => {
  fc.assert(
    fc.property(specArbitrary, (spec) => {
      const { image: _, ...settings } = spec;
      expect(appSettings.parse(settings)).toEqual(settings);
      expect(appSpec.parse(structuredClone(spec))).toEqual(spec);
    }),
  );
});
