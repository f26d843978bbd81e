import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adopt, changeInWords, isExpressed, whyNotKeep } from "#lib/releases/drift/adopt-rules";
import { type Manifest, renderManifests } from "#lib/releases/manifests";
import { ownersOf, valueAt } from "#lib/releases/ownership-rules";
import { plainSpec } from "./plain-spec.ts";
import { specArbitrary } from "./spec-arbitrary.ts";

const app = { id: "00000000-0000-7000-8000-000000000000", name: "shop" };
const CONTAINER = '.spec.template.spec.containers[name="shop"]';
const workloadOf = (spec: Parameters<typeof renderManifests>[0]["spec"]): Manifest | undefined =>
  renderManifests({ app, namespace: "dev", spec, releaseNumber: 1, podRelease: 1 }).find(({ apiVersion, spec: of }) =>
    apiVersion === "apps/v1" ? of : null,
  );
const ref = (field: string, kind = "Deployment") => ({ kind: `apps/v1/${kind}`, name: "shop", field });
const FIELDS = [
  ".spec.replicas",
  ".spec.minReadySeconds",
  ".spec.strategy.rollingUpdate.maxSurge",
  ".spec.template.spec.terminationGracePeriodSeconds",
  `${CONTAINER}.image`,
  `${CONTAINER}.resources.requests.cpu`,
  `${CONTAINER}.resources.limits.cpu`,
  `${CONTAINER}.resources.requests.memory`,
  `${CONTAINER}.resources.limits.memory`,
];

describe("taking a change by hand into the Spec", () => {
  it("for any two Specs: with the other's values adopted, the objects have them", () => {
    let adopted = 0;
    fc.assert(
      fc.property(specArbitrary, specArbitrary, (mine, theirs) => {
        const [ours, others] = [workloadOf(mine), workloadOf(theirs)];
        const shared = FIELDS.filter((field) => [ours, others].every((each) => valueAt(each, field) !== undefined));
        const values = shared.map((field) => ({ ...ref(field, ours?.kind), value: valueAt(others, field) }));
        const kept = adopt(mine, values, "shop");
        // Two sound Specs may make an unsound one together; a field that cannot be taken in at all is a hole in the table.
        if (typeof kept === "string") return void expect(kept).toBe("not-allowed");
        adopted += 1;
        for (const { field, value } of values) {
          // Started again, an autoscaled service leaves the number of its pods to the autoscaler.
          if (field === ".spec.replicas" && kept.autoscaling) continue;
          expect(valueAt(workloadOf(kept), field)).toEqual(value);
        }
      }),
    );
    expect(adopted).toBeGreaterThan(20);
  });

  it("changes an environment variable, and removes one that was taken away", () => {
    const spec = plainSpec({
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
    });
    const changed = { ...ref(`${CONTAINER}.env[name="A"].value`), value: "9" };
    const gone = { ...ref(`${CONTAINER}.env[name="B"]`), value: null };
    expect(adopt(spec, [changed, gone], "shop")).toMatchObject({ env: [{ name: "A", value: "9" }] });
    expect(changeInWords(spec, { ...gone, wanted: {} }, "shop")).toEqual({ field: "env", before: "B=2", after: null });
  });

  it.each([
    ["a tag instead of a digest", `${CONTAINER}.image`, "registry:5000/shop:v2", "no-digest"],
    ["more pods than the Spec allows", ".spec.replicas", 100_000, "not-allowed"],
    ["half a pod", ".spec.replicas", 0.5, "not-allowed"],
    ["no time", ".spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt", "soon", "unreadable"],
    ["a variable from a secret", `${CONTAINER}.env[name="A"].value`, { secretKeyRef: {} }, "not-expressed"],
    ["another container's image", '.spec.template.spec.containers[name="proxy"].image', "x", "not-expressed"],
    ["a label", ".metadata.labels.team", "red", "not-expressed"],
  ])("says why it cannot keep %s", (_, field, value, why) => {
    const one = { ...ref(field), value };
    expect(whyNotKeep(plainSpec(), one, [one], "shop")).toBe(why);
  });

  it("keeps a request over its old limit when the limit was raised with it", () => {
    const cpu = { ...ref(`${CONTAINER}.resources.requests.cpu`), value: "2" };
    const limit = { ...ref(`${CONTAINER}.resources.limits.cpu`), value: "2" };
    expect(whyNotKeep(plainSpec(), cpu, [cpu], "shop")).toBe("not-allowed");
    expect(whyNotKeep(plainSpec(), cpu, [cpu, limit], "shop")).toBeNull();
  });

  it("has words for a part of the Spec also where its value cannot be kept", () => {
    const word = (field: string, value: unknown) =>
      changeInWords(plainSpec(), { ...ref(field), value, wanted: 1 }, "shop").field;
    expect(word(`${CONTAINER}.image`, "registry:5000/shop:v2")).toBe("image.repository");
    expect(word(".spec.replicas", 100_000)).toBe("replicas");
    expect(word(`${CONTAINER}.env[name="A"].value`, { secretKeyRef: {} })).toBe("env");
    expect(word(`${CONTAINER}.resources.limits.cpu`, "x")).toBe("cpuLimit");
  });

  it("speaks of what the Spec has no words for by its path, with the values as they stand", () => {
    const one = { ...ref(".metadata.labels.team"), value: "red", wanted: { a: 1 } };
    expect(changeInWords(plainSpec(), one, "shop")).toEqual({ field: one.field, before: '{"a":1}', after: "red" });
    expect(isExpressed(one, "shop")).toBe(false);
    expect(ownersOf(workloadOf(plainSpec()))).toEqual([]);
  });
});
