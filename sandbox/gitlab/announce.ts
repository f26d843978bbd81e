import { randomUUID } from "node:crypto";
import { createOneAtATime } from "../platform/one-at-a-time.ts";
import { type Gitlab, repositoryOf } from "./context.ts";
import { type Deliveries } from "./deliveries.ts";
import { alertStatus } from "./hook-health.ts";
import { type Hook, type Project, type User } from "./model.ts";
import { pushEvent } from "./push-event.ts";
import { compareRefs, hookedChanges, type RefChange } from "./ref-changes.ts";
import { allRefs } from "./revisions.ts";

/**
 * Compares a repository's refs with those already announced and queues an event for each hook that wants it. What was
 * announced is kept on disk with the queue in one write, so a push is told once, even when the process dies half-way:
 * the comparison at the next start finds it.
 */
export function createAnnouncer(gitlab: Gitlab, deliveries: Deliveries): (project: Project, by: User) => Promise<void> {
  const inTurn = createOneAtATime();
  return (project, by) =>
    inTurn(String(project.id), async () => {
      const refs = await allRefs(repositoryOf(gitlab, project));
      const changes = compareRefs(project.announcedRefs, refs);
      if (changes.length === 0) return;
      for (const change of hookedChanges(changes)) {
        const hooks = project.hooks.filter(
          (hook) => wants(hook, change) && alertStatus(hook, gitlab.now()) === "executable",
        );
        if (hooks.length === 0) continue;
        const body = JSON.stringify(await pushEvent(gitlab, project, by, change));
        const trigger = change.kind === "tag" ? "tag_push_hooks" : "push_hooks";
        const eventUuid = randomUUID();
        for (const hook of hooks) deliveries.queue(hook, { projectId: project.id, trigger, eventUuid, body });
      }
      project.announcedRefs = refs;
      project.lastActivityAt = gitlab.now().toISOString();
      await gitlab.state.flush();
      deliveries.send();
    });
}

function wants(hook: Hook, change: RefChange): boolean {
  if (change.kind === "tag") return hook.tagPushEvents;
  return hook.pushEvents && branchFits(hook, change.ref.replace(/^refs\/heads\//, ""));
}

function branchFits(hook: Hook, branch: string): boolean {
  const filter = hook.pushEventsBranchFilter;
  if (hook.branchFilterStrategy === "all_branches" || filter === "") return true;
  const expression =
    hook.branchFilterStrategy === "regex" ? filter : `^${filter.split("*").map(escapeRegExp).join(".*")}$`;
  try {
    return new RegExp(expression).test(branch);
  } catch {
    return false;
  }
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
