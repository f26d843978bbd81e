import { isObject, section } from "../../json.ts";
import { type KubeObject } from "../../objects.ts";
import { ageColumn, type Column, nameColumn } from "../columns.ts";
import { type TypeRules } from "../compile.ts";
import { kindOf } from "../kind.ts";
import { type Check } from "../schema.ts";

const GROUP = "rbac.authorization.k8s.io";

/** Names of roles may hold colons (`system:admin`). */
const pathSegment: Check = (name) => {
  if (name === "." || name === "..") return `may not be '${name}'`;
  const bad = ["/", "%"].find((each) => name.includes(each));
  return bad === undefined ? undefined : `may not contain '${bad}'`;
};

const rules: TypeRules = {
  "rbac.v1.RoleRef": { fields: { apiGroup: { required: true, default: GROUP } } },
  "rbac.v1.Subject": {
    complete: (subject) => {
      if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ??= GROUP;
    },
  },
  "rbac.v1.Role": { fields: { rules: { required: true, default: [] } } },
  "rbac.v1.ClusterRole": { fields: { rules: { required: true, default: [] } } },
};

const subjects = (binding: KubeObject, kind: string): string =>
  (Array.isArray(binding.subjects) ? binding.subjects.filter(isObject) : [])
    .filter((each) => each.kind === kind)
    .map(({ namespace, name }) => (namespace === undefined ? String(name) : `${String(namespace)}/${String(name)}`))
    .join(", ");

const bindingColumns: Column<KubeObject>[] = [
  nameColumn,
  {
    name: "Role",
    cell: (one) => `${String(section(one, "roleRef").kind)}/${String(section(one, "roleRef").name)}`,
  },
  ageColumn,
  { name: "Users", wide: true, cell: (one) => subjects(one, "User") },
  { name: "Groups", wide: true, cell: (one) => subjects(one, "Group") },
  { name: "ServiceAccounts", wide: true, cell: (one) => subjects(one, "ServiceAccount") },
];

const own = { rules: [rules], nameRule: pathSegment };

export const roles = kindOf(`${GROUP}/v1`, "roles", own);
export const clusterRoles = kindOf(`${GROUP}/v1`, "clusterroles", own);
export const roleBindings = kindOf(`${GROUP}/v1`, "rolebindings", {
  ...own,
  immutable: ["roleRef"],
  columns: bindingColumns,
});
export const clusterRoleBindings = kindOf(`${GROUP}/v1`, "clusterrolebindings", {
  ...own,
  immutable: ["roleRef"],
  columns: bindingColumns,
});
