import "server-only";
import { ProjectHooks } from "@gitbeaker/rest";
import { Invalid, NotFound } from "#lib/platform/errors";
import { type Call } from "../http/call.ts";
import { type Gitlab, type Hook, type HookSettings } from "./client.ts";
import { hookReply, pageReply } from "./replies.ts";
import { type GitlabAccess, MAX_PAGES, onePage } from "./requester.ts";

/** The verbs about a project's webhooks (https://docs.gitlab.com/api/project_webhooks/); the token needs Maintainer. */
export function hooksOf({
  via,
  read,
}: GitlabAccess): Pick<Gitlab, "findHook" | "listHooks" | "createHook" | "updateHook" | "deleteHook"> {
  async function* pagesOf(projectId: number, call?: Call) {
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const found = await new ProjectHooks(via(call)).all(projectId, { ...onePage, page });
      const { rows, more } = read(pageReply(hookReply), found);
      yield rows;
      if (!more) return;
    }
  }

  return {
    async findHook(projectId, hookUrl, call) {
      for await (const rows of pagesOf(projectId, call)) {
        const hook = rows.find((row) => row.url === hookUrl);
        if (hook) return hook;
      }
      return null;
    },

    async listHooks(projectId, call) {
      const hooks: Hook[] = [];
      for await (const rows of pagesOf(projectId, call)) hooks.push(...rows);
      return hooks;
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
