import { once } from "node:events";
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { pods } from "../kinds/index.ts";
import { type ContainerLog, type LogLine, logPath, readLines } from "../node/container-log.ts";
import { type Runtime } from "../node/runtime.ts";
import { type ContainerStatus, type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { flagOf, numberOf, type Request } from "./request.ts";
import { type Handler } from "./rest.ts";
import { badRequest, methodNotAllowed } from "./status.ts";

/** `GET pods/x/log`: plain text, one line of output per line. */
export const logHandler =
  (resources: Resources, runtime: Runtime, now: () => Date): Handler =>
  async (request, { namespace, name }) => {
    if (request.method !== "GET") throw methodNotAllowed();
    const pod = resources.get(pods, namespace, name);
    const container = chooseContainer(pod, request.query.get("container"));
    const previous = flagOf(request.query, "previous");
    const found = runtime.logOf(pod, container);
    const path = found === undefined ? "" : logPath(found.folder, previous ? found.run - 1 : found.run);
    const fallback =
      found !== undefined && !previous && !existsSync(path) && found.run > 0
        ? logPath(found.folder, found.run - 1)
        : path;
    if (found === undefined || !existsSync(fallback)) {
      if (previous) throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
      const id = statusOf(pod, container)?.state.terminated?.containerID;
      // A kubelet has begun its answer when it finds that the container is gone, as those of evicted pods are.
      if (id !== undefined)
        return void request.response.writeHead(200).end(`unable to retrieve container logs for ${id}`);
      throw badRequest(
        `container "${container}" in pod "${name}" is waiting to start: ${waitingReason(pod, container)}`,
      );
    }
    await stream(request, fallback, previous ? undefined : found.log, options(request.query, now()));
  };

/** The container that is asked for, or the only one. */
export function chooseContainer(pod: Pod, asked: string | null): string {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(({ name }) => name);
  if (asked !== null && asked !== "") {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
    return asked;
  }
  const [only, second] = pod.spec.containers;
  if (only === undefined || second !== undefined)
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${pod.spec.containers.map(({ name }) => name).join(" ")}]`,
    );
  return only.name;
}

function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return statuses.find(({ name }) => name === container);
}

const waitingReason = (pod: Pod, container: string): string =>
  statusOf(pod, container)?.state.waiting?.reason ?? "ContainerCreating";

type Options = { follow: boolean; timestamps: boolean; tail: number | undefined; since: string; limit: number };

function options(query: URLSearchParams, now: Date): Options {
  const seconds = numberOf(query, "sinceSeconds");
  const sinceTime = query.get("sinceTime") ?? "";
  if (sinceTime !== "" && Number.isNaN(Date.parse(sinceTime)))
    throw badRequest(`parsing time ${JSON.stringify(sinceTime)}: cannot parse`);
  const since =
    seconds === undefined
      ? sinceTime === ""
        ? ""
        : nineDigits(sinceTime)
      : nineDigits(new Date(now.getTime() - seconds * 1000).toISOString());
  return {
    follow: flagOf(query, "follow"),
    timestamps: flagOf(query, "timestamps"),
    tail: numberOf(query, "tailLines"),
    since,
    limit: numberOf(query, "limitBytes") ?? Number.POSITIVE_INFINITY,
  };
}

/** A time in the log's own spelling, so that two of them compare as text. */
function nineDigits(time: string): string {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? "";
  return `${new Date(time).toISOString().slice(0, 19)}.${fraction.padEnd(9, "0").slice(0, 9)}Z`;
}

async function stream(
  { response }: Request,
  path: string,
  live: ContainerLog | undefined,
  { follow, timestamps, tail, since, limit }: Options,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-cache" });
  let left = limit;
  const send = (lines: LogLine[]): void => {
    const text = lines
      .filter(({ time }) => time >= since)
      .map(({ time, text: line }) => `${timestamps ? `${time} ` : ""}${line}`)
      .join("");
    const bytes = Buffer.from(text).subarray(0, left);
    left -= bytes.length;
    if (bytes.length > 0) response.write(bytes);
  };
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  // A file that is open stays readable when it is rotated away, and so is read to its end.
  let { file, rotations } = await openNewest(path, live);
  try {
    const first = await readLines(file, 0);
    const chosen = first.lines.filter(({ time }) => time >= since);
    send(tail === undefined ? chosen : tail === 0 ? [] : chosen.slice(-tail));
    response.flushHeaders();
    let offset = first.next;
    while (follow && live !== undefined && left > 0 && !gone.signal.aborted) {
      const wasOpen = live.isOpen;
      const wasRotated = live.rotations !== rotations;
      const more = wasOpen
        ? Promise.race([once(live, "more", gone), once(live, "end", gone)]).catch(() => undefined)
        : undefined;
      const { lines, next } = await readLines(file, offset);
      send(lines);
      offset = next;
      if (wasRotated) {
        // On to the newest file: of one who has fallen behind by several, those between are lost, as on a real node.
        await file.close();
        ({ file, rotations } = await openNewest(path, live));
        offset = 0;
      } else if (!wasOpen) break;
      else if (lines.length === 0) await more;
    }
  } finally {
    await file.close();
  }
  response.end();
}

/** The log's present file, and how many there were before it. */
async function openNewest(path: string, live: ContainerLog | undefined) {
  for (;;) {
    const rotations = live?.rotations;
    const file = await open(path, "r");
    if (live?.rotations === rotations) return { file, rotations };
    await file.close();
  }
}
