import "server-only";
import { z } from "zod";
import { type Commit, type Hook, type Project, type Ref } from "./client.ts";

/** https://docs.gitlab.com/api/projects/; `simple=true` leaves `archived` and `empty_repo` out. */
export const projectReply = z
  .object({
    id: z.number().int(),
    path_with_namespace: z.string(),
    name: z.string(),
    default_branch: z.string().nullish(),
    empty_repo: z.boolean().optional(),
    archived: z.boolean().optional(),
    http_url_to_repo: z.string(),
    web_url: z.string(),
  })
  .transform(
    (reply): Project => ({
      id: reply.id,
      path: reply.path_with_namespace,
      name: reply.name,
      defaultBranch: reply.default_branch ?? null,
      empty: reply.empty_repo ?? reply.default_branch == null,
      archived: reply.archived ?? false,
      httpUrl: reply.http_url_to_repo,
      webUrl: reply.web_url,
    }),
  );

/** https://docs.gitlab.com/api/commits/ */
export const commitReply = z
  .object({ id: z.string(), title: z.string(), author_name: z.string(), committed_date: z.string() })
  .transform(
    (reply): Commit => ({
      sha: reply.id,
      title: reply.title,
      authorName: reply.author_name,
      committedAt: reply.committed_date,
    }),
  );

/** https://docs.gitlab.com/api/branches/ */
export const branchReply = z
  .object({ name: z.string(), default: z.boolean().optional(), commit: commitReply })
  .transform(
    (reply): Ref => ({ name: reply.name, kind: "branch", commit: reply.commit, isDefault: reply.default ?? false }),
  );

/** https://docs.gitlab.com/api/tags/; `commit` is what an annotated tag points at, not the tag object. */
export const tagReply = z
  .object({ name: z.string(), commit: commitReply })
  .transform((reply): Ref => ({ name: reply.name, kind: "tag", commit: reply.commit, isDefault: false }));

/** https://docs.gitlab.com/api/repository_files/ */
export const fileReply = z.object({
  size: z.number(),
  encoding: z.literal("base64"),
  content: z.string(),
  blob_id: z.string(),
  commit_id: z.string(),
});

export const treeReply = z.array(z.object({ path: z.string(), type: z.string() }));

/** https://docs.gitlab.com/api/project_webhooks/ */
export const hookReply = z
  .object({
    id: z.number().int(),
    url: z.string(),
    alert_status: z.enum(["executable", "temporarily_disabled", "disabled", "unknown"]).catch("unknown"),
  })
  .transform((reply): Hook => ({ id: reply.id, url: reply.url, alertStatus: reply.alert_status }));

export const mergeRequestReply = z.object({ web_url: z.string() });
export const userReply = z.object({ id: z.number().int(), username: z.string() });

/** What the library's `showExpanded` gives for a list: the rows and where the next page is. */
export const pageReply = <Row>(row: z.ZodType<Row>) =>
  z
    .object({ data: z.array(row), paginationInfo: z.object({ next: z.number().nullish() }) })
    .transform((reply) => ({ rows: reply.data, more: reply.paginationInfo.next != null }));
