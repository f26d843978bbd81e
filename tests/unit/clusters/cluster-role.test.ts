import { expect, test } from "vitest";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { askedBeyondRole, documentedRights, rightFor } from "#tests/world/cluster-role";

test("a request is read as RBAC reads it", () => {
  const right = (method: string, url: string) => rightFor({ method, url });
  expect(right("GET", "/api/v1/pods?watch=1&labelSelector=a")).toBe("watch /pods");
  expect(right("GET", "/apis/apps/v1/namespaces/dev/deployments?limit=5")).toBe("list apps/deployments");
  expect(right("PATCH", "/apis/apps/v1/namespaces/dev/deployments/shop?dryRun=All")).toBe("patch apps/deployments");
  expect(right("GET", "/api/v1/namespaces/dev")).toBe("get /namespaces");
  expect(right("GET", "/api/v1/namespaces/dev/pods/shop-1/log?follow=true")).toBe("get /pods/log");
  expect(right("DELETE", "/api/v1/namespaces/dev/pods/shop-1")).toBe("delete /pods");
  expect(right("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")).toBeNull();
  expect(right("GET", "/apis")).toBeNull();
  expect(askedBeyondRole([{ method: "DELETE", url: "/api/v1/namespaces/dev" }])).toEqual(["delete /namespaces"]);
});

test("the documented role is exact: no wildcard, and each kind that Kepler knows with what is done to it", () => {
  const rights = documentedRights();
  expect([...rights].filter((right) => right.includes("*"))).toEqual([]);
  const kinds = Object.values(KINDS).map(({ apiVersion, plural }) => `${apiVersion.split("/").at(-2) ?? ""}/${plural}`);
  const others = ["/pods/log", "/pods/exec", "/pods/eviction", "metrics.k8s.io/pods"];
  expect(new Set([...rights].map((right) => right.split(" ")[1]))).toEqual(new Set([...kinds, ...others]));
});
