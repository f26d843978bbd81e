import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { type SeenRequest } from "./fault-proxy.ts";

const role = z.object({
  kind: z.literal("ClusterRole"),
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

/** deploy/cluster-role.yaml, one right a line: "list apps/deployments". */
export function documentedRights(): Set<string> {
  const { rules } = role.parse(parse(readFileSync("deploy/cluster-role.yaml", "utf8")));
  return new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    ),
  );
}

/** Of requests to an API server those for which the documented role has no right, in RBAC's words. */
export function askedBeyondRole(seen: readonly Pick<SeenRequest, "method" | "url">[]): string[] {
  const documented = documentedRights();
  const asked = new Set(seen.flatMap((request) => rightFor(request) ?? []));
  return [...asked].filter((right) => !documented.has(right)).sort();
}

/** Rights of the documented role that none of these requests needed. An apply of what is not there needs `create` as well. */
export function grantedBeyondNeed(seen: readonly Pick<SeenRequest, "method" | "url">[]): string[] {
  const asked = new Set(seen.flatMap((request) => rightFor(request) ?? []));
  const needed = (right: string) => asked.has(right) || asked.has(right.replace(/^create /, "patch "));
  return [...documentedRights()].filter((right) => !needed(right)).sort();
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb; null for what everybody may. */
export function rightFor({ method, url }: Pick<SeenRequest, "method" | "url">): string | null {
  const { pathname, searchParams } = new URL(url, "http://cluster");
  const parsed = /^\/(?:api|apis\/(?<group>[^/]+))\/[^/]+\/(?:namespaces\/[^/]+\/(?=.))?(?<rest>.+)$/.exec(pathname);
  const { group = "", rest = "" } = parsed?.groups ?? {};
  const [resource, name, ...sub] = rest.split("/");
  if (!parsed || !resource || group === "authorization.k8s.io") return null;
  const subresource = sub.length > 0 ? `/${sub.join("/")}` : "";
  return `${verbOf(method, name, searchParams)} ${group}/${resource}${subresource}`;
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string {
  switch (method) {
    case "GET":
      if (query.has("watch")) return "watch";
      return name === undefined ? "list" : "get";
    case "POST":
      return "create";
    default:
      return method.toLowerCase();
  }
}
