import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Logger } from "pino";
import { z } from "zod";
import { openState } from "./platform/state.ts";

/** In the order of their ports: the first listens on the base itself. Append only: people have bookmarks. */
const LISTENERS = [
  "control",
  "gitlab",
  "jenkins",
  "registry",
  "kubernetes",
  "edge",
  "istio",
  "traefik",
  "prometheus",
  "alertmanager",
] as const;

/** Below the range that systems give to outgoing connections, so that nobody takes one while the sandbox is down. */
const BELOW_OUTGOING = { from: 20_000, to: 32_000 };

export type Ports = Record<(typeof LISTENERS)[number], number>;

/**
 * Which port each system listens on: `base`, `base` + 1 and so on; for base 0 free ones, chosen once and kept in
 * ports.json, since image references and clone URLs hold them.
 */
export async function choosePorts(base: number, home: string, logger: Logger, range = BELOW_OUTGOING): Promise<Ports> {
  const numbered = LISTENERS.map((name, index) => [name, base === 0 ? 0 : base + index] as const);
  // `as` because fromEntries forgets the names; LISTENERS is all of them.
  const ports = Object.fromEntries(numbered) as Ports;
  if (base > 0) return ports;
  const { data, flush } = await openState({
    file: join(home, "ports.json"),
    schema: z.record(z.string(), z.number()),
    initial: (): Record<string, number> => ({}),
    logger,
  });
  for (const name of LISTENERS) {
    let port = data[name];
    while (port === undefined || Object.entries(data).some(([other, taken]) => other !== name && taken === port))
      port = await freePort(range);
    ports[name] = data[name] = port;
  }
  await flush();
  return ports;
}

async function freePort({ from, to }: typeof BELOW_OUTGOING): Promise<number> {
  for (;;) {
    const port = randomInt(from, to);
    if ((await claim(port)) && (await isFree(port))) return port;
  }
}

/**
 * Between a choice and its use another sandbox chooses too, and would find the port free. A UDP socket of the same number
 * tells it; nobody speaks to that, and it goes with the process.
 */
function claim(port: number): Promise<boolean> {
  const socket = createSocket("udp4").unref();
  return new Promise((resolve) => {
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ port, address: "127.0.0.1", exclusive: true }, () => resolve(true));
  });
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const free = await new Promise<boolean>((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => resolve(true));
  });
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
