import "server-only";
import { hookUrlFor } from "#lib/apps/naming-rules";
import { NotFound } from "#lib/platform/errors";
import { configured } from "../retire-world.ts";
import { adopt, asking, effect, ledgerOf, nothingSeen, type StepContext, type Verdict } from "./step-context.ts";

const system = "gitlab";
const kind = "webhook";

/** Removes every hook of the project that delivers to this service, however it was made and under whatever address. */
export async function clearWebhook(context: StepContext): Promise<Verdict> {
  const { world, row, signal } = context;
  const gitlab = configured(world.gitlab, system, "GitLab");
  const { gitlabProjectId, gitlabProjectPath } = row.app;
  if (gitlabProjectId === null || gitlabProjectPath === null) return { is: "done", ...nothingSeen() };
  const entries = ledgerOf(context, system, kind).map(({ id }) => id);
  const hooks = await asking(world, system, async () => {
    try {
      return await gitlab.listHooks(gitlabProjectId, { signal });
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  });
  // A project takes its hooks with it, and what Kepler may not see delivers to a service that takes nothing any more.
  if (hooks === null) {
    const finding = { system, kind: "project", key: gitlabProjectPath, why: "unseen" as const };
    return { is: "done", ...nothingSeen(), absent: entries, findings: [finding] };
  }
  const hook = hooks.find(({ url }) => deliversTo(url, hookUrlFor(world.keplerUrl, row.appId)));
  if (!hook) return { is: "done", ...nothingSeen(), absent: entries };
  await adopt(context, { system, kind, key: hook.url });
  await effect(context, () => asking(world, system, () => gitlab.deleteHook(gitlabProjectId, hook.id, { signal })));
  return { is: "again", removed: hook.url };
}

/** The path carries the service's id; the host is whatever Kepler's address was at that time. */
export function deliversTo(url: string, ours: string): boolean {
  return URL.canParse(url) && new URL(url).pathname.endsWith(new URL(ours).pathname);
}
