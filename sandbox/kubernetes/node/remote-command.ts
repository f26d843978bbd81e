import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { chooseContainer } from "../api/log.ts";
import { flagOf, type Request } from "../api/request.ts";
import { type Handler } from "../api/rest.ts";
import { type Connect } from "../api/server.ts";
import { ApiError, badRequest } from "../api/status.ts";
import { type JsonObject } from "../json.ts";
import { pods } from "../kinds/index.ts";
import { type Resources } from "../store/resources.ts";
import { CHANNEL, type Channels, offersChannels, webSocketChannels } from "./channels.ts";
import { StartError } from "./program.ts";
import { type RunningContainer } from "./running-container.ts";
import { type Runtime } from "./runtime.ts";
import { type Exit, type Session } from "./session.ts";
import { offersSpdy, spdyChannels } from "./spdy.ts";

type Asked = { stdin: boolean; stdout: boolean; stderr: boolean; tty: boolean; command: string[] };

/** `pods/x/exec` and `pods/x/attach` without an upgrade. */
export const upgradeRequired: Handler = () => {
  throw badRequest("Upgrade request required");
};

/** `pods/x/exec`: runs a command in a container and lets the client talk to it. */
export const execInContainer =
  (resources: Resources, runtime: Runtime): Connect =>
  async (request, target) => {
    const { life, asked, container } = findContainer(resources, runtime, request, target);
    if (asked.command.length === 0) throw badRequest("you must specify at least one command for the container");
    const channels = await accept(request, asked);
    greet(channels, asked);
    try {
      const session = await life.exec(asked.command, asked);
      // A terminal whose user has gone hangs up; anything else runs on with its input closed, as on a real node.
      channels.events.once("close", () => (asked.tty ? session.kill("SIGHUP") : session.endInput()));
      converse(channels, session, asked);
      sendStatus(channels, statusOf(await session.exited, asked.command));
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      sendStatus(channels, failedToStart(error.message, container));
    }
    channels.close();
  };

/** `pods/x/attach`: listens and talks to the container's own process. */
export const attachToContainer =
  (resources: Resources, runtime: Runtime): Connect =>
  async (request, target) => {
    const { life, asked } = findContainer(resources, runtime, request, target);
    const channels = await accept(request, asked);
    greet(channels, asked);
    const stop = converse(channels, life.session, asked);
    const gone = new Promise<void>((resolve) => channels.events.once("close", () => resolve()));
    await Promise.race([life.session.exited, gone]);
    stop();
    if (life.container.stdinOnce === true) life.session.endInput();
    sendStatus(channels, { metadata: {}, status: "Success" });
    channels.close();
  };

function findContainer(
  resources: Resources,
  runtime: Runtime,
  { query }: Request,
  { namespace, name }: { namespace: string | undefined; name: string },
): { life: RunningContainer; asked: Asked; container: string } {
  const pod = resources.get(pods, namespace, name);
  const container = chooseContainer(pod, query.get("container"));
  const asked = {
    stdin: flagOf(query, "stdin"),
    stdout: flagOf(query, "stdout"),
    // On a terminal there is no second output.
    stderr: flagOf(query, "stderr") && !flagOf(query, "tty"),
    tty: flagOf(query, "tty"),
    command: query.getAll("command"),
  };
  if (!asked.stdin && !asked.stdout && !asked.stderr)
    throw badRequest("you must specify at least 1 of stdin, stdout, stderr");
  if (pod.spec.nodeName === undefined) throw badRequest(`pod ${name} does not have a host assigned`);
  const life = runtime.lifeOf(pod, container);
  if (life === undefined)
    throw new ApiError(500, "InternalError", `Internal error occurred: container not found ("${container}")`);
  return { life, asked, container };
}

/** Over WebSocket, or over SPDY for older clients. */
async function accept({ incoming, socket, head }: Parameters<Connect>[0], asked: Asked): Promise<Channels> {
  if (offersSpdy(incoming)) {
    const streams = [true, asked.stdin, asked.stdout, asked.stderr, asked.tty].filter(Boolean).length;
    return spdyChannels(socket, head, streams);
  }
  if (incoming.headers.upgrade?.toLowerCase() === "websocket" && offersChannels(incoming))
    return webSocketChannels(incoming, socket, head);
  const asking = incoming.headers["sec-websocket-protocol"] ?? incoming.headers.upgrade ?? "nothing";
  throw new ApiError(403, "Forbidden", `unable to upgrade: v4 or v5.channel.k8s.io is spoken here, not ${asking}`);
}

/** An empty message on the first channel out tells the client that the connection stands. */
const greet = (channels: Channels, { stdout, stderr }: Asked): void =>
  channels.send(stdout ? CHANNEL.stdout : stderr ? CHANNEL.stderr : CHANNEL.status, Buffer.alloc(0));

const HELD_UP_BYTES = 1024 * 1024;
const windowSize = z.object({ Width: z.int().min(1).max(65_535), Height: z.int().min(1).max(65_535) });

/** Carries bytes both ways until either end stops; a client that does not read holds the program up. */
function converse(channels: Channels, session: Session, asked: Asked): () => void {
  const stop = session.listen((stream, bytes) => {
    if (asked[stream]) channels.send(CHANNEL[stream], bytes);
    if (channels.backlog() > HELD_UP_BYTES) void holdUp(channels, session);
  });
  channels.events.on("data", (channel, bytes) => {
    if (channel === CHANNEL.stdin && asked.stdin) session.write(bytes);
    if (channel !== CHANNEL.resize || !asked.tty) return;
    const size = windowSize.safeParse(withCapitals(bytes.toString("utf8")));
    if (size.success) session.resize(size.data.Width, size.data.Height);
  });
  channels.events.on("end", (channel) => {
    if (channel === CHANNEL.stdin) session.endInput();
  });
  return stop;
}

async function holdUp(channels: Channels, session: Session): Promise<void> {
  session.pause();
  while (channels.backlog() > HELD_UP_BYTES / 2) await wait(10);
  session.resume();
}

/** Go reads the names of JSON fields in any case. */
function withCapitals(text: string): unknown {
  try {
    const given: unknown = JSON.parse(text);
    return Object.fromEntries(
      Object.entries(given ?? {}).map(([name, value]) => [
        name.charAt(0).toUpperCase() + name.slice(1).toLowerCase(),
        value,
      ]),
    );
  } catch {
    return undefined;
  }
}

const sendStatus = (channels: Channels, status: JsonObject): void =>
  channels.send(CHANNEL.status, Buffer.from(JSON.stringify(status)));

function statusOf({ exitCode }: Exit, command: string[]): JsonObject {
  if (exitCode === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: error executing command [${command.join(" ")}], exit code ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

function failedToStart(why: string, container: string): JsonObject {
  const message = `error executing command in container: failed to exec in container: failed to start exec in "${container}": OCI runtime exec failed: exec failed: unable to start container process: ${why}`;
  return {
    metadata: {},
    status: "Failure",
    message: `Internal error occurred: ${message}`,
    reason: "InternalError",
    details: { causes: [{ message }] },
    code: 500,
  };
}
