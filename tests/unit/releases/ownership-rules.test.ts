import { describe, expect, it } from "vitest";
import { differences, ownersOf, strangerAt, valueAt } from "#lib/releases/ownership-rules";

const deployment = {
  metadata: {
    labels: { "kepler.dev/release": "7" },
    managedFields: [
      {
        manager: "kepler",
        operation: "Apply",
        time: "2026-01-01T10:00:00Z",
        fieldsV1: {
          "f:metadata": { "f:labels": { "f:kepler.dev/release": {} } },
          "f:spec": {
            "f:template": {
              "f:spec": {
                "f:containers": {
                  'k:{"name":"shop"}': {
                    ".": {},
                    "f:name": {},
                    "f:args": {},
                    "f:env": { 'k:{"name":"A"}': { ".": {}, "f:name": {}, "f:value": {} } },
                    "f:ports": { 'k:{"containerPort":8080,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} } },
                  },
                },
              },
            },
          },
        },
      },
      {
        manager: "kubectl",
        operation: "Update",
        subresource: "scale",
        time: "2026-01-02T10:00:00Z",
        fieldsV1: { "f:spec": { "f:replicas": {} } },
      },
    ],
  },
  spec: {
    replicas: 5,
    template: {
      spec: {
        containers: [
          { name: "helper" },
          {
            name: "shop",
            args: ["-v"],
            env: [{ name: "A", value: "1" }],
            ports: [{ containerPort: 8080, protocol: "TCP" }],
          },
        ],
      },
    },
  },
};
const CONTAINER = '.spec.template.spec.containers[name="shop"]';

describe("who owns what", () => {
  it("reads managed fields as paths, without the containers around them", () => {
    const [kepler, kubectl] = ownersOf(deployment);
    expect([...(kepler?.fields ?? [])]).toEqual([
      ".metadata.labels.kepler.dev/release",
      `${CONTAINER}.name`,
      `${CONTAINER}.args`,
      `${CONTAINER}.env[name="A"].name`,
      `${CONTAINER}.env[name="A"].value`,
      `${CONTAINER}.ports[containerPort=8080,protocol="TCP"].containerPort`,
    ]);
    expect(kubectl).toMatchObject({ manager: "kubectl", subresource: "scale", at: "2026-01-02T10:00:00.000Z" });
    expect(strangerAt(ownersOf(deployment), ".spec.replicas")?.manager).toBe("kubectl");
    expect(strangerAt(ownersOf(deployment), `${CONTAINER}.args`)).toBeNull();
  });

  it("finds what stands at each of these paths, also behind names with dots", () => {
    const found = ownersOf(deployment).flatMap(({ fields }) => [...fields].map((field) => valueAt(deployment, field)));
    expect(found).toEqual(["7", "shop", ["-v"], "A", "1", 8080, 5]);
    expect(valueAt(deployment, `${CONTAINER}.env[name="B"].value`)).toBeUndefined();
    expect(valueAt(deployment, ".spec.nothing.there")).toBeUndefined();
  });

  it("names a list item that is missing once, and what differs in one that is there field by field", () => {
    const owner = { fields: new Set([...(ownersOf(deployment)[0]?.fields ?? []), ".spec.replicas"]) };
    const changed = structuredClone(deployment);
    changed.spec.replicas = 2;
    const [, shop] = changed.spec.template.spec.containers;
    if (shop) Object.assign(shop, { env: [], args: ["-q"] });
    expect(differences(changed, deployment, owner)).toEqual([
      `${CONTAINER}.args`,
      `${CONTAINER}.env[name="A"]`,
      ".spec.replicas",
    ]);
    expect(differences(deployment, deployment, owner)).toEqual([]);
  });

  it("takes an object without managed fields, or with strange ones, for nobody's", () => {
    for (const object of [null, {}, { metadata: {} }, { metadata: { managedFields: [{ operation: "Own" }, 7] } }])
      expect(ownersOf(object)).toEqual([]);
  });
});
