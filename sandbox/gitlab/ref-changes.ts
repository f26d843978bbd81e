/** What GitLab writes for "not there": before a creation, after a deletion. */
export const BLANK_SHA = "0".repeat(40);

/** GitLab's default `push_event_hooks_limit`: a push that moves more refs in one way fires no webhook for them. */
const HOOKED_REFS_LIMIT = 3;

export interface RefChange {
  ref: string;
  kind: "branch" | "tag";
  action: "created" | "pushed" | "removed";
  before: string;
  after: string;
}

export type Refs = Record<string, string>;

/** What happened to branches and tags between two looks at a repository. */
export function compareRefs(before: Refs, after: Refs): RefChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((ref) => {
    const [was, is] = [before[ref] ?? BLANK_SHA, after[ref] ?? BLANK_SHA];
    if (was === is) return [];
    const action = was === BLANK_SHA ? "created" : is === BLANK_SHA ? "removed" : "pushed";
    return [{ ref, kind: ref.startsWith("refs/tags/") ? "tag" : "branch", action, before: was, after: is }];
  });
}

/** The changes that webhooks hear of: counted for each kind and action, four at once are silence. */
export function hookedChanges(changes: RefChange[]): RefChange[] {
  const groups = Map.groupBy(changes, (change) => `${change.kind} ${change.action}`);
  return [...groups.values()].filter((group) => group.length <= HOOKED_REFS_LIMIT).flat();
}
