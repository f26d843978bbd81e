import "server-only";
import { ProjectHooks } from "@gitbeaker/rest";
import { Invalid, NotFound } from "#lib/platform/errors";
import { type Gitlab, type HookSettings } from "./client.ts";
import { hookReply, pageReply } from "./replies.ts";
import { type GitlabAccess, MAX_PAGES, onePage } from "./requester.ts";

/** The verbs about a project's webhooks (https://docs.gitlab.com/api/project_webhooks/); the token needs Maintainer. */
export function hooksOf({
  via,
  read,
}: GitlabAccess): Pick<Gitlab, "findHook" | "createHook" | "updateHook" | "deleteHook"> {
  return {
    async findHook(projectId, hookUrl, call) {
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const found = await new ProjectHooks(via(call)).all(projectId, { ...onePage, page });
        const { rows, more } = read(pageReply(hookReply), found);
        const hook = rows.find((row) => row.url === hookUrl);
        if (hook || !more) return hook ?? null;
      }
      return null;
    },

    async createHook(projectId, settings, call) {
      const { url: hookUrl, ...options } = settings;
      try {
        return read(hookReply, await new ProjectHooks(via(call)).add(projectId, hookUrl, options));
      } catch (error) {
        throw explainBlockedUrl(error, settings);
      }
    },

    async updateHook(projectId, hookId, settings, call) {
      const { url: hookUrl, ...options } = settings;
      try {
        return read(hookReply, await new ProjectHooks(via(call)).edit(projectId, hookId, hookUrl, options));
      } catch (error) {
        throw explainBlockedUrl(error, settings);
      }
    },

    async deleteHook(projectId, hookId, call) {
      try {
        await new ProjectHooks(via(call)).remove(projectId, hookId);
      } catch (error) {
        if (!(error instanceof NotFound)) throw error;
      }
    },
  };
}

/** GitLab refuses hooks into its own network unless an admin has allowed them, and only says "Invalid url given". */
function explainBlockedUrl(error: unknown, { url }: HookSettings): unknown {
  if (!(error instanceof Invalid) || !/invalid url/i.test(error.message)) return error;
  return new Invalid(`GitLab does not accept the webhook address ${url}.`, {
    system: "gitlab",
    next: "A GitLab admin must allow it under Settings → Network → Outbound requests.",
    cause: error,
  });
}
