import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { WebSocket } from "ws";
import { z } from "zod";
import { type TeamRole } from "#lib/access/rules";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seePod } from "#lib/clusters/pod-rules";
import { type Db } from "#lib/platform/db";
import { logger } from "#lib/platform/logger";
import { enqueue } from "#lib/platform/queue";
import {
  TERMINAL_PROTOCOL,
  type TerminalServerMessage,
  type TerminalTicket,
  TICKET_PROTOCOL,
  terminalServerMessage,
  terminalTicket,
} from "#lib/terminal/schema";
import { freshDatabase } from "#tests/world/postgres";
import { pushImage } from "#tests/world/push-image";
import { startWorld } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";
import { openGateway } from "#worker/terminal/gateway";
import { call, app as createApp, ORIGIN, person } from "../access/world.ts";

const TEAM = "payments";
export const SECRET = "correct-horse-battery";

/** One terminal as a browser has it: what was shown, and what the gateway said about it. */
export type Terminal = Awaited<ReturnType<typeof connectTo>>;
export type Opened = TerminalTicket;
type Connection = { cookie: string; opened: Opened; origin?: string; path?: string; ticket?: string };

/** Two pods in a real (sandbox) cluster, people of a team, and the gateway as the worker opens it. */
export async function startTerminals() {
  const outside = await startWorld(["kubernetes", "registry"]);
  process.env.KEPLER_URL = ORIGIN;
  process.env.KEPLER_WORKER_URL = "http://127.0.0.1:1";
  process.env.LOG_LEVEL = "silent";
  const database = await freshDatabase();
  const { db } = database;
  const kubernetes = createKubernetes(outside.kubernetes);
  const namespace = `kepler-terminal-${randomUUID().slice(0, 8)}`;
  const app = await createApp(db, `shop-${randomUUID().slice(0, 8)}`, TEAM);
  const cluster = await db.cluster.create({ data: { name: "test", context: "test", server: "" } });
  const place = { clusterId: cluster.id, namespace, domain: "localhost" };
  const dev = await db.environment.create({ data: { ...place, name: "dev", purpose: "dev", rank: 10 } });
  const prod = await db.environment.create({
    data: { ...place, namespace: `${namespace}-prod`, name: "prod", purpose: "prod", rank: 30 },
  });
  await db.appSpecDraft.create({
    data: { appId: app.id, environmentId: dev.id, spec: { env: [{ name: "DB_PASSWORD", value: SECRET }] } },
  });

  const Cmd = ["node", "-e", "setInterval(() => {}, 1000)"];
  const { digest } = await pushImage(outside.registry, "terminal/app", "v1", { config: { Cmd } });
  const image = `${new URL(outside.registry.url).host}/terminal/app@${digest}`;
  await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const startPod = podStarter({ db, kubernetes, namespace, image, clusterId: cluster.id, appId: app.id });
  await startPod("shop-1");
  await startPod("shop-2");

  const gateway = await openGateway({
    ...{ db, enqueue, now: () => new Date(), log: logger("terminal"), connect: () => kubernetes },
    ...{ listen: { host: "127.0.0.1", port: 0 }, publicUrl: ORIGIN },
  });
  const { POST } = await import("../../../app/api/apps/[app]/terminal/route.ts");

  const ask = (cookie: string, change: object = {}) =>
    call(POST, {
      ...{ method: "POST", cookie, params: { app: app.name } },
      body: {
        ...{ environmentId: dev.id, pod: "shop-1", container: "app", reason: null, columns: 80, rows: 24 },
        ...change,
      },
    });
  /** Posts to one terminal's address: "<id>/decision" or "<id>/ticket". */
  const post = async (path: string, cookie: string, body: object): Promise<Response> => {
    const [id = "", what] = path.split("/");
    const routes = {
      decision: () => import("../../../app/api/apps/[app]/terminal/[id]/decision/route.ts"),
      ticket: () => import("../../../app/api/apps/[app]/terminal/[id]/ticket/route.ts"),
    };
    const route = await (what === "decision" ? routes.decision() : routes.ticket());
    return call(route.POST, { method: "POST", cookie, params: { app: app.name, id }, body });
  };
  const open = async (cookie: string, change: object = {}): Promise<Opened> => {
    const response = await ask(cookie, change);
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return terminalTicket.parse(JSON.parse(text));
  };
  const url = `ws://127.0.0.1:${gateway.port}`;
  /** The status with which a connection is refused; 101 when it is not. */
  const knock = async (connection: Connection): Promise<number> => {
    const socket = socketTo(url, connection);
    const opened = once(socket, "open").then(() => {
      socket.terminate();
      return 101;
    });
    const refused = once(socket, "unexpected-response").then(([, response]) => {
      socket.terminate();
      return z.object({ statusCode: z.number() }).parse(response).statusCode;
    });
    socket.on("error", () => undefined);
    return Promise.race([opened, refused]);
  };

  const connect = (connection: Connection) => connectTo(url, connection);
  /** A terminal that this person has opened, once its shell answers. */
  const shell = async ({ cookie }: { cookie: string }, change: object = {}): Promise<Terminal & { id: string }> => {
    const opened = await open(cookie, change);
    const terminal = await connect({ cookie, opened });
    await terminal.ready();
    return { ...terminal, id: opened.id };
  };

  return {
    ...{ databaseUrl: database.url, db, app, dev, prod, kubernetes, namespace },
    ...{ ask, post, open, knock, startPod, connect, shell },
    leftOf: (id: string) => leftOf(kubernetes, namespace, id),
    someone: (role: TeamRole) => person(db, `${role}-${randomUUID().slice(0, 8)}`, { [TEAM]: role }),
    rowOf: (id: string) => db.terminalSession.findUniqueOrThrow({ where: { id } }),
    stop: async () => {
      await gateway.close();
      await kubernetes.delete({ ...KINDS.namespace, name: namespace });
      kubernetes.close();
      await database.drop();
      await outside.stop();
    },
  };
}

type Ground = { db: Db; kubernetes: Kubernetes; namespace: string; image: string; clusterId: string; appId: string };

/** Starts pods of the app, and writes them down as the watch would once they run. */
function podStarter({ db, kubernetes, namespace, image, clusterId, appId }: Ground) {
  return async (name: string) => {
    const env = [{ name: "DB_PASSWORD", value: SECRET }];
    const containers = [
      { name: "app", image, env },
      { name: "side", image },
    ];
    await waitFor("the pod to be accepted", () =>
      kubernetes
        .apply({
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name, namespace },
          spec: { terminationGracePeriodSeconds: 0, containers },
        })
        .catch((error: Error) => !/serviceaccount/.test(error.message) && Promise.reject(error)),
    );
    const seen = await waitFor("the pod to run", async () => {
      const pod = await kubernetes.get({ ...KINDS.pod, namespace, name });
      const one = pod && seePod(pod);
      return one?.containers.every(({ state }) => state === "running") && one;
    });
    await db.observedPod.create({
      data: {
        ...{ clusterId, uid: seen.uid, namespace, name, appId, phase: "Running" },
        ...{ status: "Running", ready: true, restarts: 0, containers: seen.containers },
        ...{ createdAt: new Date(), seenAt: new Date() },
      },
    });
  };
}

/** Does anything still run in the container of shop-1 that a terminal has started? */
async function leftOf(kubernetes: Kubernetes, namespace: string, id: string): Promise<boolean> {
  const command = ["sh", "-c", `grep -l "KEPLER_TERMINAL=$1" /proc/[0-9]*/environ 2>/dev/null | wc -l`, "sh", id];
  const { output } = await kubernetes.exec(namespace, "shop-1", { container: "app", command, tty: false });
  let text = "";
  for await (const { bytes } of output) text += Buffer.from(bytes).toString();
  return Number(text) > 0;
}

function socketTo(url: string, { cookie, opened, origin = ORIGIN, path, ticket }: Connection): WebSocket {
  const protocols = [TERMINAL_PROTOCOL, `${TICKET_PROTOCOL}${ticket ?? opened.ticket}`];
  const headers = { cookie, ...(origin === "" ? {} : { origin }), "x-forwarded-host": new URL(ORIGIN).host };
  return new WebSocket(`${url}${path ?? opened.path}`, protocols, { headers });
}

async function connectTo(url: string, connection: Connection) {
  const socket = socketTo(url, connection);
  const decoder = new TextDecoder();
  const messages: TerminalServerMessage[] = [];
  let shown = "";
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) shown += decoder.decode(data, { stream: true });
    else messages.push(terminalServerMessage.parse(JSON.parse(data.toString())));
  });
  const closed = once(socket, "close");
  await once(socket, "open");
  const type = (text: string) => socket.send(Buffer.from(text));
  /** How it ended, once it has; the socket is closed then. */
  const ended = async () => {
    await closed;
    return messages.find((message) => message.type === "ended");
  };
  return {
    socket,
    shown: () => shown,
    type,
    resize: (columns: number, rows: number) => socket.send(JSON.stringify({ type: "resize", columns, rows })),
    /** Resolves once this has been shown. */
    see: (words: string | RegExp) =>
      waitFor(`the terminal to show ${words}`, () =>
        typeof words === "string" ? shown.includes(words) : words.test(shown),
      ),
    ready: () => waitFor("the shell", () => messages.find((message) => message.type === "ready")),
    ended,
    leave: async () => {
      type("exit\r");
      await ended();
    },
    isClosed: () => socket.readyState === WebSocket.CLOSED,
  };
}
