/** `/job/team/job/shop/12/api/json` → job `team/shop`, build `12`, action `api/json`. */
export type JobAddress = { job: string; build: string | undefined; action: string };

const PERMALINKS = [
  "lastBuild",
  "lastCompletedBuild",
  "lastFailedBuild",
  "lastStableBuild",
  "lastSuccessfulBuild",
  "lastUnsuccessfulBuild",
];

/** Undefined for a path that names no job. Segments come as they were on the wire. */
export function parseJobAddress(path: string): JobAddress | undefined {
  const segments = path.split("/").filter((segment, i, all) => segment !== "" || i === all.length - 1);
  const names: string[] = [];
  while (segments[0] === "job" && segments.length > 1) {
    names.push(decodeURIComponent(segments[1] ?? ""));
    segments.splice(0, 2);
  }
  if (names.length === 0) return undefined;
  const [first = ""] = segments;
  const isBuild = /^\d+$/.test(first) || PERMALINKS.includes(first);
  if (isBuild) segments.shift();
  return { job: names.join("/"), build: isBuild ? first : undefined, action: segments.join("/") };
}
