import { type EndpointSlice } from "../../objects.ts";
import { ageColumn, field, firstThree, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

// Go writes both lists, also when there is nothing in them.
const listed = { required: true, default: [] };

export const endpointSlices = kindOf<EndpointSlice>("discovery.k8s.io/v1", "endpointslices", {
  rules: [
    {
      "discovery.v1.EndpointSlice": { fields: { endpoints: listed, ports: listed } },
      "discovery.v1.EndpointPort": { fields: { name: { default: "" }, protocol: { default: "TCP" } } },
    },
  ],
  immutable: ["addressType"],
  columns: [
    nameColumn,
    field("AddressType", "addressType"),
    {
      name: "Ports",
      cell: ({ ports }) => ((ports ?? []).length === 0 ? "<unset>" : firstThree(ports.map(({ port }) => String(port)))),
    },
    {
      name: "Endpoints",
      cell: ({ endpoints }) =>
        (endpoints ?? []).length === 0 ? "<unset>" : firstThree(endpoints.flatMap(({ addresses }) => addresses)),
    },
    ageColumn,
  ],
});
