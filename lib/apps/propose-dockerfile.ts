import "server-only";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { Conflict } from "#lib/platform/errors";
import { DOCKERFILE_TEMPLATES } from "./dockerfile-templates.ts";
import { type Language } from "./schema.ts";

const BRANCH = "kepler/add-dockerfile";

/**
 * Offers the language's template as a merge request into `ref`. This is the one write that web itself makes: it leaves
 * nothing to reconcile, and it happens once, because the branch's name is fixed. Throws Conflict when it was made before.
 */
export async function proposeDockerfile(
  world: { gitlab: Gitlab },
  projectId: number,
  input: { ref: string; path: string; language: Language },
): Promise<{ mergeRequestUrl: string; branch: string }> {
  const { ref, path, language } = input;
  const files = [{ path, content: DOCKERFILE_TEMPLATES[language] }];
  const proposal = { branch: BRANCH, target: ref, title: "Add a Dockerfile", files };
  try {
    const opened = await world.gitlab.openMergeRequest(projectId, proposal);
    return { mergeRequestUrl: opened.url, branch: opened.branch };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    throw new Conflict(`The branch ${BRANCH} exists already: a template was proposed before.`, {
      system: "gitlab",
      next: "Merge or delete that branch in GitLab.",
      cause: error,
    });
  }
}
