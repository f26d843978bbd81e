/** Says whether a context path (slashes, no leading one) is left out of the build context. */
export type Ignores = (path: string) => boolean;

/**
 * Reads a .dockerignore: the last line that matches decides, `!` takes a path back in, a matched folder takes its
 * content with it. https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function parseIgnoreFile(text: string): Ignores {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const keeps = line.startsWith("!");
      return { keeps, pattern: pathPattern(cleanPath(keeps ? line.slice(1) : line)) };
    });
  return (path) => {
    const selfAndFolders = path.split("/").map((_, i, parts) => parts.slice(0, i + 1).join("/"));
    const last = rules.findLast((rule) => selfAndFolders.some((candidate) => rule.pattern.test(candidate)));
    return last !== undefined && !last.keeps;
  };
}

function cleanPath(pattern: string): string {
  return pattern
    .trim()
    .replace(/^(\.?\/)+/, "")
    .replace(/\/+$/, "");
}

/** Go's filepath.Match with `**` added: `*` and `?` stay within one segment, `**` spans any number. */
export function pathPattern(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\[[^\]]*\]|\\.|[.+^${}()|\\/]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    return token.startsWith("[") || token.length === 2 ? token : `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}
