/** A version that begins with its commit says it already. */
export const tellsCommit = (version: string | null, commitSha: string): boolean =>
  version !== null && version.startsWith(commitSha.slice(0, 7));
