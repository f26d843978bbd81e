import "server-only";
import { DockerfileParser } from "dockerfile-ast";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { NotFound } from "#lib/platform/errors";
import { languageOfFiles, languageOfImages } from "./language-rules.ts";
import { type DockerfileCheck } from "./schema.ts";

/** What the wizard wants to know of a Dockerfile. Reads only what is written down: nothing is run or pulled. */
export function readDockerfile(content: string): { baseImages: string[]; exposedPorts: number[]; stages: number } {
  const parsed = DockerfileParser.parse(content);
  const froms = parsed.getFROMs();
  const stageNames = new Set(froms.map((from) => from.getBuildStage()?.toLowerCase()));
  const images = froms.flatMap((from) => from.getImage() ?? []);
  const ports = parsed
    .getInstructions()
    .filter((instruction) => instruction.getKeyword() === "EXPOSE")
    .flatMap((expose) => expose.getArguments().map((argument) => argument.getValue()))
    // "8080/tcp" is a port; "8080-8090" and "$PORT" are left to the person.
    .flatMap((text) => /^(\d{1,5})(\/tcp)?$/i.exec(text)?.[1] ?? [])
    .map(Number)
    .filter((port) => port >= 1 && port <= 65_535);
  return {
    baseImages: images.filter((image) => !stageNames.has(image.toLowerCase())),
    exposedPorts: [...new Set(ports)],
    stages: froms.length,
  };
}

const isDockerfile = (path: string): boolean => /(^|\/)(Dockerfile(\.[\w.-]+)?|[\w.-]+\.dockerfile)$/i.test(path);
const MOST_ELSEWHERE = 10;

/**
 * Is there a Dockerfile at `path` in this ref, and what does it say? When not, where else one is.
 * Throws NotFound when the project or the ref is not there, and what GitLab's client throws.
 */
export async function checkDockerfile(
  world: { gitlab: Gitlab },
  projectId: number,
  input: { ref: string; path: string },
): Promise<DockerfileCheck> {
  const { ref, path } = input;
  const commit = await world.gitlab.getCommit(projectId, ref);
  try {
    const file = await world.gitlab.readFile(projectId, path, commit.sha);
    const read = readDockerfile(file.content);
    return { found: true, path, commitSha: commit.sha, language: languageOfImages(read.baseImages), ...read };
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    const files = await world.gitlab.listFiles(projectId, commit.sha);
    const elsewhere = files.filter(isDockerfile).slice(0, MOST_ELSEWHERE);
    return { found: false, path, commitSha: commit.sha, language: languageOfFiles(files), elsewhere };
  }
}
