import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SAMPLES, type Sample, type SampleCommit } from "../samples/histories.ts";
import { type Gitlab, nextId, repositoryOf } from "./context.ts";
import { git } from "./git.ts";
import { ACCESS, type Group, type User } from "./model.ts";
import { createProject } from "./project-store.ts";
import { allRefs } from "./revisions.ts";
import { type FileAction, writeCommit } from "./write-commit.ts";

const SAMPLES_FOLDER = join(import.meta.dirname, "../samples");
const FIRST_DAY = "2026-03-02T08:00:00.000Z";

/** Puts people, the group `samples` and its projects into a new GitLab; every commit id comes out the same each time. */
export async function seed(gitlab: Gitlab): Promise<void> {
  const { data } = gitlab.state;
  if (data.seeded) return;
  const root = addUser(gitlab, { username: "root", name: "Administrator", email: "admin@example.com", admin: true });
  const people = [
    { username: "maya", name: "Maya Lindqvist", email: "maya.lindqvist@example.com", accessLevel: ACCESS.maintainer },
    { username: "chen.xiao", name: "陈晓", email: "chen.xiao@example.com", accessLevel: ACCESS.developer },
    { username: "tomas", name: "Tomás Rivera", email: "tomas.rivera@example.com", accessLevel: ACCESS.reporter },
  ];
  const group: Group = { id: nextId(gitlab), name: "Samples", path: "samples", createdAt: FIRST_DAY, members: [] };
  group.members.push({ userId: root.id, accessLevel: ACCESS.owner });
  for (const { accessLevel, ...person } of people) {
    group.members.push({ userId: addUser(gitlab, { ...person, admin: false }).id, accessLevel });
  }
  data.groups.push(group);
  data.tokens.push({
    id: nextId(gitlab),
    userId: root.id,
    name: "sandbox",
    scopes: ["api"],
    value: `glpat-sandbox-${randomBytes(12).toString("hex")}`,
    createdAt: FIRST_DAY,
  });
  for (const sample of SAMPLES) await addSample(gitlab, group, sample);
  // One write at the end: a start that is killed half-way leaves no state, and the next one begins anew.
  data.seeded = true;
  await gitlab.state.flush();
}

function addUser(gitlab: Gitlab, fields: Omit<User, "id">): User {
  const user = { id: nextId(gitlab), ...fields };
  gitlab.state.data.users.push(user);
  return user;
}

async function addSample(gitlab: Gitlab, group: Group, sample: Sample): Promise<void> {
  const { path, description, topics } = sample;
  const project = await createProject(gitlab, {
    group,
    path,
    name: path,
    description,
    topics,
    visibility: "public",
    defaultBranch: "main",
  });
  const repository = repositoryOf(gitlab, project);
  const present = new Set<string>();
  let tip: string | undefined;
  for (const commit of sample.commits) {
    const parent = tip;
    tip = await commitSample(repository, sample, commit, { branch: "main", parent, expected: parent, present });
  }
  if (sample.greeting) {
    await commitSample(repository, sample, sample.greeting, {
      branch: "feature/greeting",
      parent: tip,
      expected: undefined,
      present,
    });
  }
  project.announcedRefs = await allRefs(repository);
  project.createdAt = FIRST_DAY;
  project.lastActivityAt = new Date(sample.commits.at(-1)?.date ?? FIRST_DAY).toISOString();
}

interface Place {
  branch: string;
  parent: string | undefined;
  expected: string | undefined;
  /** The files that the branch holds already. */
  present: Set<string>;
}

async function commitSample(
  repository: string,
  sample: Sample,
  commit: SampleCommit,
  { present, ...place }: Place,
): Promise<string> {
  const author = { ...commit.author, date: commit.date };
  const actions = await Promise.all(
    commit.files.map(async (path): Promise<FileAction> => {
      const [today, then] = commit.edits?.[path] ?? ["", ""];
      const content = (await readFile(join(SAMPLES_FOLDER, sample.path, path), "utf8")).replace(today, then);
      return {
        action: present.has(path) ? "update" : "create",
        path,
        content: Buffer.from(content),
        executable: path.endsWith(".sh"),
      };
    }),
  );
  const sha = await writeCommit(repository, { ...place, message: commit.message, author, actions });
  for (const path of commit.files) present.add(path);
  if (commit.tag) await tag(repository, commit.tag, sha, author);
  return sha;
}

async function tag(
  repository: string,
  { name, message }: { name: string; message?: string },
  sha: string,
  by: { name: string; email: string; date: string },
) {
  const env = { GIT_COMMITTER_NAME: by.name, GIT_COMMITTER_EMAIL: by.email, GIT_COMMITTER_DATE: by.date };
  await git(repository, ["tag", ...(message ? ["-a", "-m", message] : []), name, sha], { env });
}
