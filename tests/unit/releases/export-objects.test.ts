import { expect, test } from "vitest";
import { withoutSecrets } from "#lib/releases/object-yaml";

const metadata = { name: "shop", labels: {} };

test("a Secret is exported with its keys and without its values, however they are given", () => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata, data: { a: "c2VjcmV0" }, stringData: { b: "secret" } };
  expect(withoutSecrets(secret)).toEqual({ apiVersion: "v1", kind: "Secret", metadata, data: { a: "", b: "" } });
});

test("what is no Secret is exported as it is", () => {
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "plain" } };
  expect(withoutSecrets(map)).toBe(map);
});
