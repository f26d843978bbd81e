import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SAMPLES, type Sample } from "../samples/histories.ts";
import { type Gitlab, nextId, repositoryOf } from "./context.ts";
import { git } from "./git.ts";
import { ACCESS, type Group, type User } from "./model.ts";
import { createProject } from "./project-store.ts";
import { allRefs } from "./revisions.ts";
import { importStream } from "./sample-import.ts";

const SAMPLES_FOLDER = join(import.meta.dirname, "../samples");
const FIRST_DAY = "2026-03-02T08:00:00.000Z";

/** Puts people, the group `samples` and its projects into a new GitLab; every commit id comes out the same each time. */
export async function seed(gitlab: Gitlab, token?: string): Promise<void> {
  const { data } = gitlab.state;
  if (!data.seeded) await seedSamples(gitlab);
  if (token !== undefined && !data.tokens.some(({ value }) => value === token)) addToken(gitlab, token);
  // One write at the end: a start that is killed half-way leaves no state, and the next one begins anew.
  await gitlab.state.flush();
}

async function seedSamples(gitlab: Gitlab): Promise<void> {
  const { data } = gitlab.state;
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
  addToken(gitlab, `glpat-sandbox-${randomBytes(12).toString("hex")}`);
  for (const sample of SAMPLES) await addSample(gitlab, group, sample);
  data.seeded = true;
}

/** A personal access token of the administrator. */
function addToken(gitlab: Gitlab, value: string): void {
  const userId = gitlab.state.data.users.find(({ admin }) => admin)?.id ?? 0;
  gitlab.state.data.tokens.push({
    id: nextId(gitlab),
    userId,
    name: "sandbox",
    scopes: ["api"],
    value,
    createdAt: FIRST_DAY,
  });
}

function addUser(gitlab: Gitlab, fields: Omit<User, "id">): User {
  const user = { id: nextId(gitlab), ...fields };
  gitlab.state.data.users.push(user);
  return user;
}

async function addSample(gitlab: Gitlab, group: Group, sample: Sample): Promise<void> {
  const { path, description, topics } = sample;
  const wanted = { path, name: path, description, visibility: "public", defaultBranch: "main" } as const;
  const project = await createProject(gitlab, { group, ...wanted, topics });
  const repository = repositoryOf(gitlab, project);
  const stdin = await importStream(sample, (file) => readFile(join(SAMPLES_FOLDER, path, file), "utf8"));
  await git(repository, ["fast-import", "--quiet", "--date-format=raw"], { stdin });
  project.announcedRefs = await allRefs(repository);
  project.createdAt = FIRST_DAY;
  project.lastActivityAt = new Date(sample.commits.at(-1)?.date ?? FIRST_DAY).toISOString();
}
