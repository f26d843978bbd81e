import { type Ingress } from "../../objects.ts";
import { ageColumn, type Column, field, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { dnsSubdomain } from "../names.ts";
import { invalid } from "../schema.ts";

function hosts({ spec }: Ingress): string {
  const rules = spec.rules ?? [];
  const named = rules.slice(0, 3).flatMap(({ host }) => (host === undefined || host === "" ? [] : [host]));
  if (named.length === 0) return "*";
  return rules.length > 3 ? `${named.join(",")} + ${rules.length - 3} more...` : named.join(",");
}

const columns: Column<Ingress>[] = [
  nameColumn,
  field("Class", "spec.ingressClassName", "<none>"),
  { name: "Hosts", cell: hosts },
  {
    name: "Address",
    cell: ({ status }) =>
      (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? "").join(","),
  },
  { name: "Ports", cell: ({ spec }) => ((spec.tls ?? []).length > 0 ? "80, 443" : "80") },
  ageColumn,
];

export const ingresses = kindOf<Ingress>("networking.k8s.io/v1", "ingresses", {
  rules: [
    {
      "networking.v1.IngressSpec": {
        fields: { ingressClassName: { check: dnsSubdomain } },
        check: (spec, path) =>
          spec.rules === undefined && spec.defaultBackend === undefined
            ? [invalid(path, null, "either `defaultBackend` or `rules` must be specified")]
            : [],
      },
      "networking.v1.HTTPIngressRuleValue": { fields: { paths: { minItems: 1 } } },
    },
  ],
  columns,
});
