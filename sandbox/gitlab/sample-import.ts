import { type Sample, type SampleCommit } from "../samples/histories.ts";

/**
 * A sample's history as a stream for `git fast-import` (https://git-scm.com/docs/git-fast-import). `read` gives a file
 * of the sample's folder. Nothing in it depends on the day or the machine, so commit ids come out the same everywhere.
 */
export async function importStream(sample: Sample, read: (path: string) => Promise<string>): Promise<string> {
  const parts: string[] = [];
  for (const [index, commit] of sample.commits.entries()) {
    parts.push(await commitCommand("refs/heads/main", index + 1, commit, read), ...tagCommand(index + 1, commit));
  }
  const tip = sample.commits.length;
  if (sample.greeting) {
    parts.push(`reset refs/heads/feature/greeting\nfrom :${tip}\n\n`);
    parts.push(await commitCommand("refs/heads/feature/greeting", tip + 1, sample.greeting, read));
  }
  return parts.join("");
}

async function commitCommand(
  ref: string,
  mark: number,
  commit: SampleCommit,
  read: (path: string) => Promise<string>,
): Promise<string> {
  const by = signature(commit);
  const files = await Promise.all(
    commit.files.map(async (path) => {
      const [today, then] = commit.edits?.[path] ?? ["", ""];
      return `M ${path.endsWith(".sh") ? "100755" : "100644"} inline ${path}\n${dataCommand((await read(path)).replace(today, then))}`;
    }),
  );
  return `commit ${ref}\nmark :${mark}\nauthor ${by}\ncommitter ${by}\n${dataCommand(commit.message)}${files.join("")}\n`;
}

function tagCommand(mark: number, commit: SampleCommit): string[] {
  if (!commit.tag) return [];
  const { name, message } = commit.tag;
  if (message === undefined) return [`reset refs/tags/${name}\nfrom :${mark}\n\n`];
  return [`tag ${name}\nfrom :${mark}\ntagger ${signature(commit)}\n${dataCommand(`${message}\n`)}`];
}

const dataCommand = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

/** `Name <email> seconds zone`, as git stores it. */
function signature({ author, date }: SampleCommit): string {
  const zone = date.slice(-6).replace(":", "");
  return `${author.name} <${author.email}> ${Date.parse(date) / 1000} ${zone}`;
}
