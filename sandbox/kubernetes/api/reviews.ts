import { type JsonObject, section } from "../json.ts";
import { type User, userInfo } from "./access.ts";
import { readObject } from "./body.ts";
import { type Request } from "./request.ts";
import { send } from "./rest.ts";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Kinds that are only ever posted: questions about oneself, answered in their status and not stored. */
const ANSWERS: Record<string, { kind: string; answer: (user: User, spec: JsonObject) => JsonObject }> = {
  "authorization.k8s.io/v1/selfsubjectaccessreviews": {
    kind: "SelfSubjectAccessReview",
    answer: (user, spec) => {
      const { verb, group, resource, subresource, namespace, name } = section(spec, "resourceAttributes");
      if (resource === undefined) return { allowed: text(section(spec, "nonResourceAttributes").verb) === "get" };
      const wanted = { verb, group, resource, subresource, namespace, name };
      const attributes = Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, text(value)]));
      return { allowed: user.allows({ ...NOTHING, ...attributes }) };
    },
  },
  "authorization.k8s.io/v1/selfsubjectrulesreviews": {
    kind: "SelfSubjectRulesReview",
    answer: (user, { namespace }) => ({
      resourceRules: user.rules(text(namespace)),
      nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["*"] }],
      incomplete: false,
    }),
  },
  "authentication.k8s.io/v1/selfsubjectreviews": {
    kind: "SelfSubjectReview",
    answer: (user) => ({ userInfo: userInfo(user) }),
  },
};
const NOTHING = { verb: "", group: "", resource: "", subresource: "", namespace: "", name: "" };

/** Answers a review; false when the request is none. */
export async function serveReview(request: Request, user: User): Promise<boolean> {
  const path = request.path.replace(/^\/apis\//, "");
  const review = Object.hasOwn(ANSWERS, path) ? ANSWERS[path] : undefined;
  if (review === undefined || request.method !== "POST") return false;
  const body = await readObject(request.incoming);
  const [group = "", version = ""] = path.split("/");
  send(request, 201, {
    kind: review.kind,
    apiVersion: `${group}/${version}`,
    metadata: {},
    spec: section(body, "spec"),
    status: review.answer(user, section(body, "spec")),
  });
  return true;
}
