import { createHash, timingSafeEqual } from "node:crypto";
import { type IncomingMessage } from "node:http";
import { type JsonObject } from "../json.ts";
import { flagOf, type Request, type Target } from "./request.ts";
import { ApiError } from "./status.ts";

/** What somebody wants to do, in RBAC's terms. */
export type Attributes = {
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
};
/** A rule as SelfSubjectRulesReview shows it. */
type Rule = { verbs: string[]; apiGroups: string[]; resources: string[] };
export type User = {
  name: string;
  groups: string[];
  allows(attributes: Attributes): boolean;
  rules(namespace: string): Rule[];
};

const EVERYTHING: Rule = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
const READING = ["get", "list", "watch"];
/** A read of these hands over a credential or a shell. */
const GUARDED = new Set(["secrets", "pods/exec", "pods/attach"]);
/** Everybody may ask about themselves. */
const SELF: Rule[] = [
  {
    verbs: ["create"],
    apiGroups: ["authorization.k8s.io"],
    resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
  },
  { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
];
const isAboutSelf = ({ verb, group, resource }: Attributes): boolean =>
  SELF.some(
    ({ verbs, apiGroups, resources }) =>
      verbs.includes(verb) && apiGroups.includes(group) && resources.includes(resource),
  );

const AUTHENTICATED = "system:authenticated";

/** The administrator of the cluster. */
export const admin: User = {
  name: "sandbox-admin",
  groups: ["system:masters", AUTHENTICATED],
  allows: () => true,
  rules: () => [EVERYTHING],
};

/** Everything in one namespace, and nothing outside of it. */
export const namespacedUser = (home: string): User => ({
  name: "sandbox-namespaced",
  groups: [AUTHENTICATED],
  // It may look at its namespace, but neither delete nor relabel it.
  allows: (wanted) =>
    isAboutSelf(wanted) ||
    (wanted.namespace === home && (wanted.resource !== "namespaces" || READING.includes(wanted.verb))),
  rules: (namespace) => (namespace === home ? [EVERYTHING, ...SELF] : SELF),
});

/** Reads the whole cluster, but no secret. */
export const readonlyUser: User = {
  name: "sandbox-readonly",
  groups: [AUTHENTICATED],
  allows: (wanted) => {
    const { verb, resource, subresource } = wanted;
    const isGuarded = GUARDED.has(subresource === "" ? resource : `${resource}/${subresource}`);
    return isAboutSelf(wanted) || (READING.includes(verb) && !isGuarded);
  },
  rules: () => [{ verbs: READING, apiGroups: ["*"], resources: ["*"] }, ...SELF],
};

/** Who may come in, by token. */
export type Users = readonly { token: string; user: User }[];

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Somebody whom no binding names. */
const stranger = (name: string): User => ({
  name,
  groups: [AUTHENTICATED],
  allows: isAboutSelf,
  rules: () => SELF,
});

/** Whom a request speaks for: the owner of its bearer token (401 when there is none), or the one whom it impersonates. */
export function authenticate(users: Users, { headers }: IncomingMessage): User {
  const given = digest(/^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "");
  const found = users.find(({ token }) => timingSafeEqual(digest(token), given));
  if (found === undefined) throw new ApiError(401, "Unauthorized", "Unauthorized");
  const { "impersonate-user": other } = headers;
  if (typeof other !== "string") return found.user;
  const wanted = { verb: "impersonate", group: "", resource: "users", subresource: "", namespace: "", name: other };
  if (!found.user.allows(wanted)) throw refusal(found.user, wanted);
  return users.find(({ user }) => user.name === other)?.user ?? stranger(other);
}

const VERBS: Record<string, [named: string, collection: string]> = {
  GET: ["get", "list"],
  HEAD: ["get", "list"],
  POST: ["create", "create"],
  PUT: ["update", "update"],
  PATCH: ["patch", "patch"],
  DELETE: ["delete", "deletecollection"],
};

function attributesOf({ method, query }: Request, { version, namespace, name, subresource }: Target): Attributes {
  const [named, collection] = VERBS[method] ?? ["", ""];
  const isWatch = method === "GET" && flagOf(query, "watch");
  return {
    verb: isWatch ? "watch" : name === undefined ? collection : named,
    group: version.group,
    resource: version.plural,
    subresource: subresource ?? "",
    namespace: version.plural === "namespaces" ? (name ?? "") : (namespace ?? ""),
    name: name ?? "",
  };
}

/** Lets a user do what its rights say, or answers 403 in the API's own sentence. */
export function authorise(user: User, request: Request, target: Target): void {
  const wanted = attributesOf(request, target);
  if (!user.allows(wanted)) throw refusal(user, wanted);
}

function refusal(user: User, wanted: Attributes): ApiError {
  const { verb, group, resource, subresource, namespace, name } = wanted;
  const subject = `${resource}${group === "" ? "" : `.${group}`}${name === "" ? "" : ` ${JSON.stringify(name)}`}`;
  const what = `resource ${JSON.stringify(subresource === "" ? resource : `${resource}/${subresource}`)} in API group ${JSON.stringify(group)}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  return new ApiError(
    403,
    "Forbidden",
    `${subject} is forbidden: User ${JSON.stringify(user.name)} cannot ${verb} ${what} ${where}`,
    { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind: resource },
  );
}

/** A user as SelfSubjectReview shows it. */
export const userInfo = ({ name, groups }: User): JsonObject => ({ username: name, groups });
