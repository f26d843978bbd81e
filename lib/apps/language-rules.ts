import { type Language } from "./schema.ts";

/** Names of base images, without registry and tag, by the language that they build or run. The first match wins. */
const BY_IMAGE: readonly (readonly [RegExp, Language])[] = [
  [/^(golang|go)$/, "go"],
  [/^(maven|gradle|openjdk|eclipse-temurin|amazoncorretto|tomcat|java)$/, "java"],
  [/^(node|nodejs|bun|deno)$/, "nodejs"],
  [/^(python|pypy|uv)$/, "python"],
  [/^(nginx|httpd|caddy|nginx-unprivileged|static-web-server)$/, "static"],
];

/** Files in a repository's root that give a language away. */
const BY_FILE: readonly (readonly [RegExp, Language])[] = [
  [/^go\.mod$/, "go"],
  [/^(pom\.xml|build\.gradle(\.kts)?)$/, "java"],
  [/^package\.json$/, "nodejs"],
  [/^(requirements\.txt|pyproject\.toml|setup\.py|Pipfile)$/, "python"],
  [/^index\.html$/, "static"],
];

/** "docker.io/library/golang:1.24-alpine@sha256:…" → "golang". */
const imageName = (reference: string): string => {
  const path = reference.split("@")[0] ?? "";
  const last = path.slice(path.lastIndexOf("/") + 1);
  return last.split(":")[0] ?? "";
};

/**
 * What a Dockerfile seems to hold, from its FROM lines in order. A build stage says more than the stage that
 * serves its output, so nginx after node is a Node.js project's static build: still "nodejs".
 */
export function languageOfImages(baseImages: readonly string[]): Language {
  const names = baseImages.map(imageName);
  return BY_IMAGE.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1] ?? "other";
}

/** What a repository seems to hold, from the paths of its files. */
export function languageOfFiles(paths: readonly string[]): Language {
  return BY_FILE.find(([pattern]) => paths.some((path) => pattern.test(path)))?.[1] ?? "other";
}
