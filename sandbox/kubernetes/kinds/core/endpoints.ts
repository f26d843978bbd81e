import { isObject } from "../../json.ts";
import { type KubeObject } from "../../objects.ts";
import { ageColumn, firstThree, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

function addresses({ subsets }: KubeObject): string {
  const objects = (value: unknown) => (Array.isArray(value) ? value.filter(isObject) : []);
  const all = objects(subsets).flatMap((subset) =>
    objects(subset.addresses).flatMap(({ ip }) => {
      const ports = objects(subset.ports);
      return ports.length === 0 ? [String(ip)] : ports.map(({ port }) => `${String(ip)}:${String(port)}`);
    }),
  );
  return firstThree(all);
}

export const endpoints = kindOf("v1", "endpoints", {
  rules: [{ "core.v1.EndpointPort": { fields: { protocol: { default: "TCP" } } } }],
  deprecated: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  columns: [nameColumn, { name: "Endpoints", cell: addresses }, ageColumn],
});
