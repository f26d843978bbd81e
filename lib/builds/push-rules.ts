import { z } from "zod";

/** The parts of GitLab's push and tag push events that Kepler reads (https://docs.gitlab.com/user/project/integrations/webhook_events/). */
export const pushEvent = z.object({
  object_kind: z.enum(["push", "tag_push"]),
  ref: z.string().min(1).max(255),
  after: z.string(),
  /** The commit, also of an annotated tag; null when the ref was deleted. */
  checkout_sha: z.string().nullable(),
  project: z.object({ id: z.number().int() }),
  /** The last twenty only. */
  commits: z
    .array(
      z.object({
        id: z.string(),
        title: z.string().optional(),
        message: z.string().default(""),
        author: z.object({ name: z.string() }),
      }),
    )
    .default([]),
});
export type PushEvent = z.infer<typeof pushEvent>;

export type PushVerdict =
  | { verdict: "accepted"; ref: string; commit: { sha: string; title: string; authorName: string } }
  | { verdict: "ignored"; reason: string }
  | { verdict: "rejected"; reason: string };

type App = { gitlabProjectId: number | null; defaultRef: string; buildOnPush: boolean; retiringAt: Date | null };

/** Does this push ask for a build of this app? Every refusal says why, for the inbox. */
export function judgePush(app: App, push: PushEvent): PushVerdict {
  if (push.project.id !== app.gitlabProjectId)
    return { verdict: "rejected", reason: "This delivery is about another project." };
  if (app.retiringAt !== null)
    return { verdict: "ignored", reason: "This service is retired, or being retired: pushes are not built any more." };
  if (push.checkout_sha === null || /^0+$/.test(push.after))
    return { verdict: "ignored", reason: `${shortRef(push.ref)} was deleted.` };
  if (push.object_kind === "tag_push" || push.ref.startsWith("refs/tags/"))
    return { verdict: "ignored", reason: `Tags are built by hand; this is ${shortRef(push.ref)}.` };
  const branch = push.ref.replace(/^refs\/heads\//, "");
  if (branch !== app.defaultRef)
    return { verdict: "ignored", reason: `Only pushes to ${app.defaultRef} are built; this is ${branch}.` };
  if (!app.buildOnPush) return { verdict: "ignored", reason: "Building on push is turned off for this service." };
  const sha = push.checkout_sha;
  const pushed = push.commits.find((commit) => commit.id === sha);
  return {
    verdict: "accepted",
    ref: branch,
    commit: {
      sha,
      title: pushed ? (pushed.title ?? pushed.message.split("\n")[0] ?? "") : "",
      authorName: pushed?.author.name ?? "",
    },
  };
}

const shortRef = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, "");
