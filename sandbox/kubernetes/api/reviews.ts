import { readObject } from "./body.ts";
import { type Request } from "./request.ts";
import { send } from "./rest.ts";

const USER = { username: "sandbox-admin", groups: ["system:masters", "system:authenticated"] };

/** Questions about oneself. There is one token yet, the administrator's, so every answer is yes. */
export async function serveReview(request: Request): Promise<boolean> {
  const match =
    /^\/apis\/(authorization|authentication)\.k8s\.io\/v1\/(selfsubjectaccessreviews|selfsubjectrulesreviews|selfsubjectreviews)$/.exec(
      request.path,
    );
  if (match === null || request.method !== "POST") return false;
  const body = await readObject(request.incoming);
  const everything = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
  const answers = {
    selfsubjectaccessreviews: { allowed: true, reason: "the sandbox's administrator" },
    selfsubjectrulesreviews: {
      resourceRules: everything,
      nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
      incomplete: false,
    },
    selfsubjectreviews: { userInfo: USER },
  };
  const kind = match[2];
  if (kind !== "selfsubjectaccessreviews" && kind !== "selfsubjectrulesreviews" && kind !== "selfsubjectreviews")
    return false;
  send(request, 201, { ...body, status: answers[kind] });
  return true;
}
