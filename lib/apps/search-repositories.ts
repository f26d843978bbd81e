import "server-only";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { type RefView, type RepositoryView } from "./schema.ts";

type Found<Row> = { rows: Row[]; more: boolean };

/**
 * Repositories that GitLab finds for what was typed so far. It also looks in descriptions: what is named so comes first, each
 * part in GitLab's own order. Throws what GitLab's client throws.
 */
export async function searchRepositories(world: { gitlab: Gitlab }, q: string): Promise<Found<RepositoryView>> {
  const typed = q.trim();
  const { rows, more } = await world.gitlab.searchProjects(typed);
  const isNamed = ({ path, name }: RepositoryView) => `${path} ${name}`.toLowerCase().includes(typed.toLowerCase());
  return { rows: [...rows.filter(isNamed), ...rows.filter((row) => !isNamed(row))], more };
}

/** Branches and tags of a repository that contain what was typed; the default branch first, branches before tags. */
export async function searchRefs(
  world: { gitlab: Gitlab },
  projectId: number,
  { q, kind }: { q: string; kind?: "branch" | "tag" },
): Promise<Found<RefView>> {
  const none = { rows: [], more: false };
  const [branches, tags] = await Promise.all([
    kind === "tag" ? none : world.gitlab.searchBranches(projectId, q.trim()),
    kind === "branch" ? none : world.gitlab.searchTags(projectId, q.trim()),
  ]);
  const rows = [...branches.rows, ...tags.rows].map((ref) => ({
    name: ref.name,
    kind: ref.kind,
    commitSha: ref.commit.sha,
    commitTitle: ref.commit.title,
    committedAt: new Date(ref.commit.committedAt).toISOString(),
    isDefault: ref.isDefault,
  }));
  return { rows: rows.sort((a, b) => Number(b.isDefault) - Number(a.isDefault)), more: branches.more || tags.more };
}
