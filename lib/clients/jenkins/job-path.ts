import "server-only";

/** "team/shop" → "/job/team/job/shop", each name encoded. */
export const jobPath = (path: string): string =>
  path
    .split("/")
    .filter((name) => name !== "")
    .map((name) => `/job/${encodeURIComponent(name)}`)
    .join("");

/** A job's folder, as a URL path ("" at the root), and its own name. */
export function splitPath(path: string): { folder: string; name: string } {
  const names = path.split("/").filter((name) => name !== "");
  const name = names.pop() ?? "";
  return { folder: jobPath(names.join("/")), name };
}
