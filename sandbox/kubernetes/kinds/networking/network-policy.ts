import { type KubeObject, type LabelSelector } from "../../objects.ts";
import { ageColumn, nameColumn, selectorText } from "../columns.ts";
import { kindOf } from "../kind.ts";

type NetworkPolicy = KubeObject & { spec: { podSelector: LabelSelector } };

export const networkPolicies = kindOf<NetworkPolicy>("networking.k8s.io/v1", "networkpolicies", {
  rules: [
    {
      "networking.v1.NetworkPolicySpec": {
        complete: (spec) => {
          spec.policyTypes ??=
            Array.isArray(spec.egress) && spec.egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
        },
      },
      "networking.v1.NetworkPolicyPort": { fields: { protocol: { default: "TCP" } } },
    },
  ],
  columns: [nameColumn, { name: "Pod-Selector", cell: ({ spec }) => selectorText(spec.podSelector) }, ageColumn],
});
