import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { spawn as spawnOnTerminal } from "@lydell/node-pty";
import { WebSocket } from "ws";
import { z } from "zod";
import { environmentView, podView } from "#lib/clusters/schema";
import { TERMINAL_PROTOCOL, TICKET_PROTOCOL, terminalTicket } from "#lib/terminal/schema";
import { durations, type Figure, percentile } from "./figures.ts";
import { type Product } from "./product.ts";
import { type Session } from "./session.ts";

const KEYS = 200;
const ANSWER_WITHIN_MS = 5_000;
/** What a terminal may add to `kubectl exec`. */
const ADDED_LIMIT_MS = 20;

/** One key after another, each waited for until it is back: through web, gateway and cluster, beside kubectl alone. */
export async function measureTerminalEcho(product: Product, session: Session, app: string): Promise<Figure[]> {
  const { rows: environments } = await session.get("/api/environments", z.object({ rows: z.array(environmentView) }));
  const place = environments[0];
  const pods = `/api/apps/${app}/pods?environment=${place?.name}`;
  const pod = (await session.get(pods, z.object({ rows: z.array(podView) }))).rows.find(({ ready }) => ready);
  if (!place || !pod) throw new Error(`${app} has no pod to open a terminal in`);
  const target = { namespace: place.namespace, pod: pod.name, container: app };

  const ours = await echoes(await ourShell(product, session, { ...target, environmentId: place.id, app }));
  const added: Figure = {
    name: `terminal: key → its echo, p95 of ${KEYS}`,
    value: percentile(ours, 0.95),
    unit: "ms",
  };
  if (spawnSync("kubectl", ["version", "--client"]).status !== 0) return [added];
  const plain = percentile(await echoes(kubectlShell(product, target)), 0.95);
  return [{ ...added, limit: Math.ceil(plain + ADDED_LIMIT_MS), baseline: { name: "kubectl exec", value: plain } }];
}

type Shell = { type(text: string): void; onText(listener: (text: string) => void): void; close(): void };

/** Keys without a line's end: what comes back is the terminal's own echo. */
async function echoes(shell: Shell): Promise<number[]> {
  let waiting: { text: string; seen: () => void } | undefined;
  let shown = "";
  shell.onText((text) => {
    shown += text;
    if (waiting && shown.includes(waiting.text)) waiting.seen();
  });
  const answered = (typed: string, wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`the terminal did not show ${wanted}: ${JSON.stringify(shown.slice(-200))}`)),
        ANSWER_WITHIN_MS,
      );
      const seen = () => {
        clearTimeout(late);
        resolve();
      };
      if (typed !== "") shown = "";
      waiting = { text: wanted, seen };
      if (shown.includes(wanted)) seen();
      shell.type(typed);
    });
  // What is typed before the shell reads may be shown once or twice: its prompt first.
  await answered("", "$ ").catch(() => answered("", "# "));
  await answered("cat\r", "cat");
  await answered("begin\r", "begin\r\nbegin");
  let key = 0;
  try {
    return await durations(KEYS, () => {
      const letter = String.fromCharCode(97 + (key++ % 26));
      return answered(letter, letter);
    });
  } finally {
    shell.close();
  }
}

type Place = { namespace: string; pod: string; container: string };

async function ourShell(
  { url }: Product,
  session: Session,
  { app, environmentId, pod, container }: Place & { app: string; environmentId: string },
): Promise<Shell> {
  const wish = { environmentId, pod, container, reason: "bench", columns: 200, rows: 50 };
  const opened = await session.post(`/api/apps/${app}/terminal`, wish, terminalTicket);
  const protocols = [TERMINAL_PROTOCOL, `${TICKET_PROTOCOL}${opened.ticket}`];
  const headers = { cookie: session.cookie, origin: url };
  const socket = new WebSocket(`${url.replace("http", "ws")}${opened.path}`, protocols, { headers });
  await once(socket, "open");
  return {
    type: (text) => socket.send(Buffer.from(text)),
    onText: (listener) => socket.on("message", (data: Buffer, isBinary) => isBinary && listener(data.toString("utf8"))),
    close: () => socket.close(),
  };
}

function kubectlShell({ kubernetes }: Product, { namespace, pod, container }: Place): Shell {
  const args = [
    "--kubeconfig",
    kubernetes.kubeconfig,
    "-n",
    namespace,
    "exec",
    "-it",
    pod,
    "-c",
    container,
    "--",
    "sh",
  ];
  const terminal = spawnOnTerminal("kubectl", args, { cols: 200, rows: 50 });
  return {
    type: (text) => terminal.write(text),
    onText: (listener) => void terminal.onData(listener),
    close: () => terminal.kill(),
  };
}
