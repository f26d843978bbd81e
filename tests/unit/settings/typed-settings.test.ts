import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { externalHost } from "#lib/apps/spec/egress-schema";
import { appSettings } from "#lib/apps/spec-schema";
import { NOT_HERE, SECTIONS } from "../../../components/settings/sections.ts";
import { check, settingsChanges, settled, valueAt, withValue } from "../../../components/settings/typed-settings.ts";
import { plainSpec } from "../releases/plain-spec.ts";
import { specArbitrary } from "../releases/spec-arbitrary.ts";

const { image: _, ...settings } = plainSpec();

describe("settings while they are typed", () => {
  it("are settings as long as nothing is half-typed", () => {
    fc.assert(
      fc.property(specArbitrary, ({ image: _image, ...typed }) => {
        fc.pre(appSettings.safeParse(typed).success);
        expect(check(typed)).toMatchObject({ problems: {}, settings: typed });
      }),
    );
  });

  it("say what is wrong at its own place, across fields too", () => {
    const form = { ...settings, replicas: "", ports: [{ name: "http", port: 70_000, protocol: "http" as const }] };
    expect(check(form)).toMatchObject({
      settings: null,
      problems: { replicas: { code: "invalid_type" }, "ports.0.port": { code: "too_big", bound: 65_535 } },
    });
    const moved = { ...settings, ports: [{ name: "http", port: 9090, protocol: "http" as const }] };
    expect(check(moved).problems).toMatchObject({ "readinessProbe.port": { message: "port.not-declared" } });
  });

  it("cannot change what the first release settled", () => {
    const other = { ...settings, workload: { ...settings.workload, kind: "statefulset" as const } };
    expect(check(other, settings).problems).toMatchObject({ "workload.kind": { message: "workload.kind-fixed" } });
    expect(check(other, settings).settings).toBeNull();
    expect(check(other).settings).toEqual(other);
  });

  it("call nothing outside by a name of the environment's own", () => {
    const own = externalHost.parse({ name: "api.shop.test", ports: [{ port: 443, protocol: "tls" }] });
    const form = { ...settings, meshMode: "mesh" as const, egress: { reach: "declared" as const, hosts: [own] } };
    const domains = [{ name: "shop.test", below: true, tlsSecret: null }];
    expect(check({ ...form, exposure: null }, null, domains).problems).toMatchObject({
      "egress.hosts.0.name": { message: "egress.own-domain" },
    });
  });

  it("stand in words for all that is whole: what is half-typed is as it was", () => {
    const form = { ...settings, replicas: 5, env: [{ name: "1", value: "" }] };
    expect(settled(form, settings)).toEqual({ ...settings, replicas: 5 });
    // The ports alone would leave the probe without its own.
    const moved = { ...settings, replicas: 5, ports: [] };
    expect(settled(moved, settings)).toEqual({ ...settings, replicas: 5 });
  });

  it("are always valid once settled", () => {
    fc.assert(
      fc.property(specArbitrary, fc.constantFrom(...Object.keys(settings)), fc.jsonValue(), (spec, key, junk) => {
        expect(appSettings.safeParse(settled({ ...spec, [key]: junk }, settings)).success).toBe(true);
      }),
    );
  });
});

describe("a place in the document", () => {
  it("is written without touching the rest, or the document before", () => {
    const next = withValue(settings, "strategy.maxSurge", 3);
    expect(valueAt(next, "strategy.maxSurge")).toBe(3);
    expect(settingsChanges(settings, next).map(({ field }) => field)).toEqual(["strategy.maxSurge"]);
    expect(valueAt(settings, "strategy.maxSurge")).toBe(1);
    expect(withValue({ ...settings, readinessProbe: null }, "readinessProbe.path", "/")).toMatchObject({
      readinessProbe: null,
    });
  });
});

describe("the sections", () => {
  it("have each part of the settings once, but for those that are not edited here", () => {
    const parts = [...Object.values(SECTIONS).flat(), ...NOT_HERE].sort();
    expect(parts).toEqual(Object.keys(appSettings.shape).sort());
  });
});
