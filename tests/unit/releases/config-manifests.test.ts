import { describe, expect, it } from "vitest";
import { configRefs } from "#lib/apps/spec/config-schema";
import { type AppSpec, appSettings } from "#lib/apps/spec-schema";
import { seePod } from "#lib/clusters/pod-rules";
import { type Manifest, removedAfterRollout, renderManifests, samePodTemplate } from "#lib/releases/manifests";
import { configObjectsOf } from "#lib/releases/manifests/config";
import { objectYaml } from "#lib/releases/object-yaml";
import { configMoves, unusableConfig } from "#lib/releases/plan/config-rules";
import { plainSpec } from "./plain-spec.ts";

const app = { id: "0190b6a0-0000-7000-8000-000000000001", name: "shop" };
const CONFIG: AppSpec["config"] = [
  { use: "variables", kind: "config", name: "web", version: 4, prefix: "WEB_" },
  { use: "files", kind: "config", name: "web", version: 4, mountPath: "/etc/web", key: null },
  { use: "files", kind: "config", name: "web", version: 4, mountPath: "/app/app.yaml", key: "app.yaml" },
  { use: "variable", kind: "secret", name: "db", version: 2, key: "password", variable: "DB_PASSWORD" },
  { use: "files", kind: "secret", name: "db", version: 2, mountPath: "/run/db", key: null },
];
const DATA = { web: { LEVEL: "debug", "app.yaml": "a: 1\n" }, db: { password: "pässword" } };

function render(config: AppSpec["config"], name = app.name): Manifest[] {
  const content = configRefs(config).map((ref) => ({ ...ref, data: ref.name === "db" ? DATA.db : DATA.web }));
  const spec = plainSpec({ config });
  const input = { app: { ...app, name }, namespace: "dev", spec, releaseNumber: 1, podRelease: 1, config: content };
  return renderManifests(input);
}
const find = (manifests: Manifest[], kind: string) => manifests.filter((manifest) => manifest.kind === kind);

describe("what a Spec names of configuration", () => {
  const manifests = render(CONFIG);
  const template = Object(find(manifests, "Deployment")[0]?.spec).template;

  it("becomes objects that never change, with the version in their names, before the workload", () => {
    expect(find(manifests, "ConfigMap")).toMatchObject([
      { metadata: { name: "shop.web.v4" }, immutable: true, data: DATA.web },
    ]);
    const data = { password: Buffer.from("pässword").toString("base64") };
    expect(find(manifests, "Secret")).toMatchObject([
      { metadata: { name: "shop.db.v2" }, immutable: true, type: "Opaque", data },
    ]);
    const kinds = manifests.map(({ kind }) => kind);
    for (const kind of ["ConfigMap", "Secret"]) expect(kinds.indexOf(kind)).toBeLessThan(kinds.indexOf("Deployment"));
    expect(removedAfterRollout("Secret")).toBe(true);
  });

  it("reaches the container as variables and files, one volume a set", () => {
    expect(template.spec.containers[0]).toMatchObject({
      envFrom: [{ prefix: "WEB_", configMapRef: { name: "shop.web.v4" } }],
      env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "shop.db.v2", key: "password" } } }],
      volumeMounts: [
        { name: "kepler-config-web", mountPath: "/etc/web", readOnly: true },
        { name: "kepler-config-web", mountPath: "/app/app.yaml", subPath: "app.yaml", readOnly: true },
        { name: "kepler-secret-db", mountPath: "/run/db", readOnly: true },
      ],
    });
    expect(template.spec.volumes).toEqual([
      { name: "kepler-config-web", configMap: { name: "shop.web.v4" } },
      { name: "kepler-secret-db", secret: { secretName: "shop.db.v2" } },
    ]);
  });

  it("is what a pod made from that template proves", () => {
    const metadata = { uid: "u", name: "shop-1", namespace: "dev", creationTimestamp: "2026-01-01T00:00:00Z" };
    const seen = seePod({ metadata, spec: template.spec, status: {} });
    expect(seen?.configObjects).toEqual(["ConfigMap/shop.web.v4", "Secret/shop.db.v2"]);
    expect(seen?.configObjects).toEqual(configObjectsOf({ app, spec: plainSpec({ config: CONFIG }) }).sort());
  });

  it("replaces the pods when it is another version", () => {
    const next = CONFIG.map((each) => ({ ...each, version: 9 }));
    expect(samePodTemplate(plainSpec({ config: CONFIG }), plainSpec({ config: next }), app)).toBe(false);
    expect(samePodTemplate(plainSpec({ config: CONFIG }), plainSpec({ config: [...CONFIG] }), app)).toBe(true);
  });

  it("never meets another service's under one name", () => {
    const set = (name: string): AppSpec["config"] => [
      { use: "variables", kind: "config", name, version: 1, prefix: "" },
    ];
    const nameOf = (manifests: Manifest[]) => find(manifests, "ConfigMap")[0]?.metadata.name;
    expect(nameOf(render(set("web-api"), "shop"))).not.toBe(nameOf(render(set("api"), "shop-web")));
  });

  it("is shown without the values of secrets, wherever an object becomes text", () => {
    const text = manifests.map(objectYaml).join("---\n");
    expect(text).toContain('password: ""');
    expect(text).toContain("LEVEL: debug");
    expect(text).not.toContain(Buffer.from("pässword").toString("base64"));
  });
});

describe("settings that name configuration", () => {
  const { image: _, ...settings } = plainSpec();
  const problems = (config: AppSpec["config"], env = settings.env) =>
    appSettings
      .safeParse({ ...settings, env, config })
      .error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
  const files = (mountPath: string, version = 1): AppSpec["config"][number] => ({
    ...{ use: "files", kind: "config", name: "web", version, mountPath, key: null },
  });
  const variable: AppSpec["config"][number] = {
    ...{ use: "variable", kind: "secret", name: "db", version: 1, key: "a", variable: "A" },
  };

  it("take one version of a set, a path once, and a variable once", () => {
    expect(problems(CONFIG)).toEqual([]);
    expect(problems([files("/a", 1), files("/b", 2)])).toEqual(["config.1.version config.one-version"]);
    expect(problems([files("/a"), files("/a")])).toEqual(["config.1.mountPath duplicate"]);
    expect(problems([variable, variable])).toEqual(["config.1.variable duplicate"]);
    expect(problems([variable], [{ name: "A", value: "1" }])).toEqual(["config.0.variable duplicate"]);
  });

  it("cannot use what Kubernetes would skip in silence or wait for without end", () => {
    const known = [
      { kind: "config" as const, name: "web", version: 4, keys: ["LEVEL", "app.yaml"] },
      { kind: "secret" as const, name: "db", version: 2, keys: ["password"] },
    ];
    expect(unusableConfig(CONFIG, known)).toEqual([{ path: ["config", 0, "use"], message: "config.no-variable" }]);
    const wrongKey = CONFIG.map((each) => (each.use === "variable" ? { ...each, key: "nope" } : each)).slice(1);
    expect(unusableConfig(wrongKey, known)).toEqual([{ path: ["config", 2, "key"], message: "config.no-such-key" }]);
  });

  it("move from version to version, come and go", () => {
    const at = (...config: AppSpec["config"]) => ({ config });
    expect(configMoves(null, at(...CONFIG))).toEqual([
      { kind: "config", name: "web", from: null, to: 4 },
      { kind: "secret", name: "db", from: null, to: 2 },
    ]);
    expect(configMoves(at(...CONFIG), at(files("/a", 5)))).toEqual([
      { kind: "config", name: "web", from: 4, to: 5 },
      { kind: "secret", name: "db", from: 2, to: null },
    ]);
    expect(configMoves(at(...CONFIG), at(...CONFIG))).toEqual([]);
  });
});
